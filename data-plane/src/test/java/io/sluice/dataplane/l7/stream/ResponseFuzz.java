package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.WeightedClusters;
import io.sluice.dataplane.cluster.endpoint.UpstreamProtocol;
import io.sluice.dataplane.cluster.pool.ConnectionPool;
import io.sluice.dataplane.l7.filter.FilterChain;
import io.sluice.dataplane.l7.route.RetryPolicy;
import io.sluice.dataplane.l7.route.Route;
import io.sluice.dataplane.l7.route.RouteAction;
import io.sluice.dataplane.telemetry.AccessRecord;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What must hold for any bytes that an upstream may answer with, whichever versions of HTTP it and
 * the client speak: a node on real sockets between the two. A client sees one whole response, the
 * one that was sent, or the node's own, or it sees that the response was cut; and its connection is
 * as good as before. Each method throws an {@link AssertionError} where that does not hold.
 *
 * <p>The first byte of an input says how: bits 0 and 1 which client, 2 whether it sends HEAD, 3
 * whether the upstream's connection breaks behind its answer; the second how many bytes come first.
 */
public final class ResponseFuzz implements AutoCloseable {
    /** What the upstream speaks. */
    public static final List<String> TARGETS = List.of("http1Response", "http2Response");

    private static final String KNOWN = "a page that the node has itself";
    private static final int HTTP2_CLIENT = 0;
    private static final int HTTP10_CLIENT = 3;
    private static final int CLIENT = 3;
    private static final int HEAD = 4;
    private static final int BREAKS = 8;
    private static final int STREAMS_MAX = 1_000;

    /** Fields of one connection, and what the node adds. */
    private static final Set<String> OF_THE_NODE =
            Set.of("connection", "transfer-encoding", "content-length", "date");

    private static final Set<String> OF_A_CONNECTION =
            Set.of("keep-alive", "proxy-connection", "te", "upgrade", "http2-settings");

    private final AnsweringUpstream http1 = new AnsweringUpstream(AnsweringUpstream.Version.HTTP1);
    private final AnsweringUpstream http2 = new AnsweringUpstream(AnsweringUpstream.Version.HTTP2);
    private final ProxyFixture proxy = new ProxyFixture(spec());
    private final Cluster cluster1 = proxy.cluster("1", UpstreamProtocol.HTTP1, http1.address());
    private final Cluster cluster2 = proxy.cluster("2", UpstreamProtocol.H2, http2.address());
    private final PipeliningClient http1Client = new PipeliningClient(proxy.address());
    private Http2Client http2Client = new Http2Client(proxy.address());
    private int streams;

    /** Starts a node and its upstreams. */
    public ResponseFuzz() throws IOException {
        Route toHttp1 = forward(cluster1);
        Route toHttp2 = forward(cluster2);
        Route known =
                new Route(
                        "known",
                        "known",
                        new RouteAction.Reply(
                                200, KNOWN.getBytes(StandardCharsets.ISO_8859_1), List.of()),
                        FilterChain.EMPTY);
        proxy.onLoop(
                () ->
                        proxy.serving.apply(
                                proxy.serving.spec(),
                                head ->
                                        switch (head.path()) {
                                            case "/1" -> toHttp1;
                                            case "/2" -> toHttp2;
                                            default -> known;
                                        }));
    }

    private static HttpSpec spec() {
        HttpSpec plain = ProxyFixture.spec();
        return ProxyFixture.spec(
                plain.bodyBytesMax(),
                new HttpSpec.Additions(false, false, false, true, true),
                plain.https(),
                false);
    }

    private static Route forward(Cluster cluster) {
        return new Route(
                "up",
                "up",
                new RouteAction.Forward(
                        WeightedClusters.only(cluster), ProxyFixture.TIMEOUTS, RetryPolicy.NONE),
                FilterChain.EMPTY);
    }

    /** The target of that name. */
    public Consumer<byte[]> target(String name) {
        return input -> passesOn(name, input);
    }

    /** Tries an input; whether it is a response that was passed on. */
    boolean passesOn(String target, byte[] input) {
        return switch (target) {
            case "http1Response" -> passesOn(input, http1, "/1");
            case "http2Response" -> passesOn(input, http2, "/2");
            default -> throw new AssertionError(target);
        };
    }

    private boolean passesOn(byte[] input, AnsweringUpstream upstream, String path) {
        if (input.length < 2) {
            return false;
        }
        byte[] answer = Arrays.copyOfRange(input, 2, input.length);
        boolean head = (input[0] & HEAD) != 0;
        boolean breaks = (input[0] & BREAKS) != 0;
        int client = input[0] & CLIENT;
        upstream.answers(answer, input[1] & 0xff, breaks);
        try {
            String method = head ? "HEAD" : "GET";
            Optional<ResponseReading> got =
                    client == HTTP2_CLIENT
                            ? overHttp2(method, path)
                            : http1Client.ask(method, path, client == HTTP10_CLIENT ? 0 : 1, KNOWN);
            Optional<ResponseReading> sent =
                    upstream == http1
                            ? ResponseReading.http1(answer, head, breaks)
                            : ResponseReading.http2(answer, head);
            AccessRecord record = recordOf(path);
            awaitEnd(upstream == http1 ? cluster1 : cluster2);
            check(got, sent, head, client == HTTP10_CLIENT, record);
            // As where the stream of a response without body does not end, but fails.
            require(
                    client == HTTP2_CLIENT
                            || !http1Client.cutBehind()
                            || !record.reason().isEmpty(),
                    "cut behind " + got);
            return record.reason().isEmpty();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(HexFormat.of().formatHex(input), e);
        }
    }

    private Optional<ResponseReading> overHttp2(String method, String path) throws IOException {
        if (++streams > STREAMS_MAX) {
            http2Client.close();
            http2Client = new Http2Client(proxy.address());
            streams = 0;
        }
        int id = http2Client.nextId();
        http2Client.frame(
                Http2Client.HEADERS,
                Http2Client.END_HEADERS | Http2Client.END_STREAM,
                id,
                Http2Client.block(Http2Client.requestFields(method, path)));
        Http2Client.Response response = http2Client.response(id);
        http2Client.forget(id);
        return response.reset >= 0
                ? Optional.empty()
                : Optional.of(
                        new ResponseReading(
                                Integer.parseInt(response.status),
                                response.fields,
                                response.body.toByteArray(),
                                response.trailers,
                                false));
    }

    // The upstream ends each connection behind its one answer: that it has more to say, or that it
    // has ended, must not meet the next request.
    private void awaitEnd(Cluster cluster) {
        proxy.await(
                () -> {
                    ConnectionPool pool =
                            cluster.pool(
                                    proxy.loop,
                                    Objects.requireNonNull(cluster.pick(proxy.loop, 0, null)));
                    return pool.idle() == 0 && pool.shared().size() == 0;
                });
    }

    // Requests for the known page end on the way.
    private AccessRecord recordOf(String path) throws InterruptedException {
        AccessRecord record = proxy.record();
        while (!record.path().equals(path)) {
            record = proxy.record();
        }
        return record;
    }

    private static void check(
            Optional<ResponseReading> got,
            Optional<ResponseReading> sent,
            boolean head,
            boolean http10,
            AccessRecord record) {
        String all = "got " + got + ", sent " + sent + ", " + record;
        require(!record.reason().equals("INTERNAL"), all);
        if (got.isEmpty()) {
            require(!record.reason().isEmpty(), "cut without a reason: " + all);
            return;
        }
        ResponseReading response = got.get();
        lengthHolds(response, head, all);
        boolean bodiless = head || response.status() == 204 || response.status() == 304;
        if (!record.reason().isEmpty()) {
            // What has no body is whole with its head, whatever becomes of its stream.
            require(
                    bodiless
                            || (response.status() >= 500
                                    && record.reason()
                                            .equals(response.fields().get("sluice-reason"))),
                    "ended cleanly: " + all);
            return;
        }
        require(sent.isPresent(), "what was not sent: " + all);
        ResponseReading whole = sent.get();
        require(response.status() == whole.status(), "status: " + all);
        require(Arrays.equals(response.body(), whole.body()), "body: " + all);
        contains(whole.fields(), response.fields(), all);
        contains(whole.trailers(), response.trailers(), all);
        require(!http10 || response.trailers().isEmpty(), "trailers to HTTP/1.0: " + all);
    }

    private static void lengthHolds(ResponseReading response, boolean head, String all) {
        String length = response.fields().get("content-length");
        boolean bodiless = head || response.status() == 304;
        require(
                length == null || bodiless || Long.parseLong(length) == response.body().length,
                "length: " + all);
        require(!bodiless || response.body().length == 0, "a body where there is none: " + all);
    }

    private static void contains(Map<String, String> sent, Map<String, String> got, String all) {
        got.forEach(
                (name, value) -> {
                    require(!OF_A_CONNECTION.contains(name), name + " passed: " + all);
                    require(
                            OF_THE_NODE.contains(name) || value.equals(sent.get(name)),
                            name + ": " + all);
                });
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    @Override
    public void close() throws IOException {
        http1Client.close();
        http2Client.close();
        proxy.close();
        http1.close();
        http2.close();
    }
}
