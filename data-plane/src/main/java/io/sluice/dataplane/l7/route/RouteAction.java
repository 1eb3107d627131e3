package io.sluice.dataplane.l7.route;

import io.sluice.dataplane.cluster.WeightedClusters;

import java.util.List;

/** What a route does with a request. */
public sealed interface RouteAction {
    /** Sends it to one of the clusters. */
    record Forward(WeightedClusters clusters, ExchangeTimeouts timeouts, RetryPolicy retry)
            implements RouteAction {}

    /**
     * Replies with a Location. An empty part stays as it was in the request.
     *
     * @param path replaces path and query
     */
    record Redirect(int status, String scheme, String host, String path) implements RouteAction {}

    /** Replies with what is configured. {@code headers} hold a Content-Type if there is a body. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, never written to
    record Reply(int status, byte[] body, List<ReplyField> headers) implements RouteAction {}

    /** Replies 404. */
    record NotFound() implements RouteAction {}
}
