package io.sluice.dataplane.telemetry;

import io.sluice.proto.Cidr;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;

/**
 * Which live flows, and in which order. Immutable; empty texts and 0 mean any.
 *
 * @param client the network that the client is in; null for any
 * @param upstream an endpoint's {@code ip:port}
 * @param leaving only those that a drain will cut
 * @param rowsMax flows wanted at most, the first by the order
 */
public record FlowQuery(
        String listener,
        String cluster,
        @Nullable Cidr client,
        String upstream,
        long id,
        boolean leaving,
        Order order,
        int rowsMax) {
    /** What comes first. */
    public enum Order {
        OLDEST,
        NEWEST,
        BYTES_IN,
        BYTES_OUT,
        BYTES
    }

    /** All, the oldest first. */
    public static FlowQuery all(int rowsMax) {
        return new FlowQuery("", "", null, "", 0, false, Order.OLDEST, rowsMax);
    }

    /** Whether a flow of a listener that is asked for is meant. */
    boolean holds(LiveFlow flow) {
        return (id == 0 || flow.id() == id)
                && flow.isAt(cluster, upstream)
                && (client == null || isWithin(client, flow.client()));
    }

    private static boolean isWithin(Cidr network, @Nullable InetSocketAddress address) {
        return address != null && network.contains(address.getAddress().getAddress());
    }

    /** Greater for what comes earlier. */
    long rank(LiveFlow flow) {
        return switch (order) {
            case OLDEST -> -flow.startNanos();
            case NEWEST -> flow.startNanos();
            case BYTES_IN -> flow.bytesIn();
            case BYTES_OUT -> flow.bytesOut();
            case BYTES -> flow.bytesIn() + flow.bytesOut();
        };
    }

    /** The same of a flow that was described. */
    long rank(Flow flow) {
        return switch (order) {
            case OLDEST -> flow.ageMillis();
            case NEWEST -> -flow.ageMillis();
            case BYTES_IN -> flow.bytesIn();
            case BYTES_OUT -> flow.bytesOut();
            case BYTES -> flow.bytesIn() + flow.bytesOut();
        };
    }
}
