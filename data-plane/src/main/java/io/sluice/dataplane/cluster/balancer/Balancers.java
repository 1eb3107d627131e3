package io.sluice.dataplane.cluster.balancer;

import io.sluice.dataplane.cluster.endpoint.Endpoint;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.LongSupplier;

/** The known policies. */
public final class Balancers {
    private Balancers() {}

    /**
     * A balancer over these candidates.
     *
     * @param candidates at least one
     * @param random64 where it starts, so that loops and nodes do not march in step
     */
    public static Balancer create(
            Policy policy, List<Candidate> candidates, LongSupplier random64) {
        return switch (policy) {
            case ROUND_ROBIN ->
                    weightsDiffer(candidates)
                            ? new WeightedRoundRobin(candidates, random64)
                            : new RoundRobin(candidates, random64);
            case LEAST_REQUEST -> new LeastRequest(candidates);
        };
    }

    private static boolean weightsDiffer(List<Candidate> candidates) {
        int first = candidates.getFirst().weight();
        for (Candidate candidate : candidates) {
            if (candidate.weight() != first) {
                return true;
            }
        }
        return false;
    }

    /** A place from 0 to {@code bound - 1} for evenly spread bits. */
    static int place(long value64, int bound) {
        return (int) Math.unsignedMultiplyHigh(value64, bound);
    }

    /**
     * Any but the one to avoid, from a place on; that one if it is alone. For the rare second pick.
     */
    static Endpoint other(Endpoint[] endpoints, int from, @Nullable Endpoint avoid) {
        for (int i = 0; i < endpoints.length; i++) {
            Endpoint endpoint = endpoints[(from + i) % endpoints.length];
            if (endpoint != avoid) {
                return endpoint;
            }
        }
        return endpoints[from];
    }
}
