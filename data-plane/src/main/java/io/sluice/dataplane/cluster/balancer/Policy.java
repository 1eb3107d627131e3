package io.sluice.dataplane.cluster.balancer;

/** The known ways to choose an endpoint. */
public enum Policy {
    /** In turn, in proportion to the weights. */
    ROUND_ROBIN,
    /** Of two drawn at random, the one with fewer requests under way for its weight. */
    LEAST_REQUEST
}
