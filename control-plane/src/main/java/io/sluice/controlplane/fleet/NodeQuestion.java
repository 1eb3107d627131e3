package io.sluice.controlplane.fleet;

/** What an operator wants to know of a node's present. Immutable. */
public sealed interface NodeQuestion {
    /** Rows that one question may ask for. */
    int ROWS_MAX = 10_000;

    /** The first live flows by an order. */
    record Flows(FlowFilter filter, FlowOrder order, int rowsMax) implements NodeQuestion {}

    /** Ends all flows of a filter, unless there are more than so many. */
    record Cut(FlowFilter filter, int flowsMax) implements NodeQuestion {}

    /** The networks of clients that were refused most. */
    record Offenders(int rowsMax) implements NodeQuestion {}

    /**
     * Which flows; empty texts and 0 mean any.
     *
     * @param client a network, or one address
     * @param upstream IP:PORT
     * @param draining only those that a drain will cut
     */
    record FlowFilter(
            String listener,
            String cluster,
            String client,
            String upstream,
            long id,
            boolean draining) {
        /** Any flow. */
        public static final FlowFilter ANY = new FlowFilter("", "", "", "", 0, false);
    }

    /** What comes first. */
    enum FlowOrder {
        OLDEST,
        NEWEST,
        BYTES_IN,
        BYTES_OUT,
        BYTES
    }
}
