package io.sluice.controlplane.fleet;

import java.util.List;

/**
 * What a node answered. Immutable.
 *
 * @param open live flows of the listeners that were asked for
 * @param matched those that the filter meant
 * @param cut those that were ended
 */
public record NodeAnswer(
        String node,
        List<FlowRow> flows,
        List<OffenderRow> offenders,
        long open,
        long matched,
        long cut) {
    public NodeAnswer {
        flows = List.copyOf(flows);
        offenders = List.copyOf(offenders);
    }

    /**
     * A live connection or session; round trips in microseconds, 0 where not known.
     *
     * @param cutInMillis until a drain cuts it; 0 for never
     */
    public record FlowRow(
            long id,
            String protocol,
            String client,
            String listener,
            String rule,
            String cluster,
            String upstream,
            long ageMillis,
            long bytesIn,
            long bytesOut,
            long rttMicros,
            long retransmits,
            long upstreamRttMicros,
            long upstreamRetransmits,
            long requests,
            long cutInMillis) {
        /** Greater for what comes earlier. */
        public long rank(NodeQuestion.FlowOrder order) {
            return switch (order) {
                case OLDEST -> ageMillis;
                case NEWEST -> -ageMillis;
                case BYTES_IN -> bytesIn;
                case BYTES_OUT -> bytesOut;
                case BYTES -> bytesIn + bytesOut;
            };
        }
    }

    /** A network of clients, by its first address, that a listener refused. */
    public record OffenderRow(String listener, String network, long refused, long open) {}
}
