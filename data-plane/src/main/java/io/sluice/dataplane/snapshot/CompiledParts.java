package io.sluice.dataplane.snapshot;

import com.google.protobuf.ByteString;

import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.ClusterSpec;
import io.sluice.dataplane.l7.route.CompiledRoute;
import io.sluice.dataplane.l7.route.RouteTable;
import io.sluice.dataplane.listener.ListenerSpec;
import io.sluice.dataplane.tls.TlsCertificate;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What one compilation made of each resource, for the next one to reuse where nothing differs.
 * Immutable.
 */
record CompiledParts(
        Map<String, Part<TlsCertificate>> certificates,
        Map<String, Part<ClusterSpec>> clusters,
        Map<String, Part<CompiledRoute>> routes,
        Map<String, Table> tables,
        Map<String, Part<ListenerSpec>> listeners) {
    static final CompiledParts NONE =
            new CompiledParts(Map.of(), Map.of(), Map.of(), Map.of(), Map.of());

    /** The table of one listener, and the routes it was made of. */
    record Table(List<CompiledRoute> routes, RouteTable table) {}

    /**
     * One compiled resource.
     *
     * @param digests of the entries it was made of
     * @param uses the clusters it holds, by name
     */
    record Part<T>(List<ByteString> digests, Map<String, Cluster> uses, T value) {
        /** Whether compiling again would give the same. */
        boolean holdsFor(
                List<ByteString> otherDigests, Function<String, @Nullable Cluster> clusters) {
            return digests.equals(otherDigests)
                    && uses.entrySet().stream()
                            .allMatch(use -> clusters.apply(use.getKey()) == use.getValue());
        }
    }
}
