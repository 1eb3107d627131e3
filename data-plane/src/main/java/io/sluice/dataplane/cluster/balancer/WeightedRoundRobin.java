package io.sluice.dataplane.cluster.balancer;

import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.net.Loop;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Smooth weighted round robin by earliest deadline: the n-th turn of an endpoint is due at (n +
 * phase) / weight, the earliest is picked. In every run of as many picks as the weights add up to,
 * each endpoint has exactly its weight, spread evenly.
 *
 * <p>The deadlines stand in a heap, so a pick costs log n, where the well-known form that adds
 * every weight to every counter costs n. Fractions are compared crosswise in integers: doubles
 * would lose exactness.
 */
final class WeightedRoundRobin implements Balancer {
    private static final int PHASE_BITS = 20;

    private final Endpoint[] endpoints;
    private final int[] weights;

    // Numerators: turns had in this round, shifted, plus the phase.
    private final long[] due;
    private final long[] phases;

    // Indices into the arrays above, earliest deadline first.
    private final int[] heap;
    private final long round;
    private long picks;

    WeightedRoundRobin(List<Candidate> candidates, LongSupplier random64) {
        int count = candidates.size();
        endpoints = new Endpoint[count];
        weights = new int[count];
        phases = new long[count];
        heap = new int[count];
        long sum = 0;
        for (int i = 0; i < count; i++) {
            endpoints[i] = candidates.get(i).endpoint();
            weights[i] = candidates.get(i).weight();
            phases[i] = random64.getAsLong() >>> (Long.SIZE - PHASE_BITS);
            heap[i] = i;
            sum += weights[i];
        }
        due = Arrays.copyOf(phases, count);
        round = sum;
        for (int i = count / 2 - 1; i >= 0; i--) {
            sink(i);
        }
    }

    @Override
    public Endpoint pick(Loop loop, long value64, @Nullable Endpoint avoid) {
        int first = heap[0];
        due[first] += 1L << PHASE_BITS;
        sink(0);
        if (++picks == round) {
            // Everyone had exactly its weight, so all deadlines fall by one and their order stays.
            System.arraycopy(phases, 0, due, 0, due.length);
            picks = 0;
        }
        Endpoint picked = endpoints[first];
        return picked == avoid
                ? Balancers.other(endpoints, Balancers.place(value64, endpoints.length), avoid)
                : picked;
    }

    private void sink(int from) {
        int parent = from;
        int moved = heap[parent];
        while (true) {
            int child = 2 * parent + 1;
            if (child >= heap.length) {
                break;
            }
            if (child + 1 < heap.length && earlier(heap[child + 1], heap[child])) {
                child++;
            }
            if (!earlier(heap[child], moved)) {
                break;
            }
            heap[parent] = heap[child];
            parent = child;
        }
        heap[parent] = moved;
    }

    private boolean earlier(int a, int b) {
        long left = due[a] * weights[b];
        long right = due[b] * weights[a];
        return left < right || (left == right && a < b);
    }
}
