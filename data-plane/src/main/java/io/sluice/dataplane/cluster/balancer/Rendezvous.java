package io.sluice.dataplane.cluster.balancer;

import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.net.Loop;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The endpoint with the highest score for the value, in proportion to the weights: weighted
 * rendezvous hashing (Thaler and Ravishankar 1998, Schindelhauer and Schomaker 2005). Scores depend
 * on value and address only, so every loop and node picks the same, and an endpoint that comes or
 * goes moves only the users that it gets or had. Costs a logarithm per endpoint.
 */
public final class Rendezvous implements Balancer {
    private static final double UNIT = 0x1.0p-53;

    private final Endpoint[] endpoints;
    private final long[] hashes;
    private final int[] weights;

    /**
     * @param candidates at least one
     */
    public Rendezvous(List<Candidate> candidates) {
        int count = candidates.size();
        endpoints = new Endpoint[count];
        hashes = new long[count];
        weights = new int[count];
        for (int i = 0; i < count; i++) {
            endpoints[i] = candidates.get(i).endpoint();
            hashes[i] = hash(endpoints[i].addressText());
            weights[i] = candidates.get(i).weight();
        }
    }

    @Override
    public Endpoint pick(Loop loop, long value64, @Nullable Endpoint avoid) {
        int best = 0;
        double bestScore = -1;
        for (int i = 0; i < endpoints.length; i++) {
            if (endpoints[i] == avoid) {
                continue;
            }
            // Evenly between 0 and 1, neither of them.
            double even = ((Loop.mix64(value64 ^ hashes[i]) >>> 11) + 0.5) * UNIT;
            double score = -weights[i] / Math.log(even);
            if (score > bestScore) {
                bestScore = score;
                best = i;
            }
        }
        return endpoints[best];
    }

    private static long hash(String text) {
        long hash = 0;
        for (byte b : text.getBytes(StandardCharsets.US_ASCII)) {
            hash = Loop.mix64(hash + b);
        }
        return hash;
    }
}
