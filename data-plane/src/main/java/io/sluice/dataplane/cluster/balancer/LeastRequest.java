package io.sluice.dataplane.cluster.balancer;

import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.net.Loop;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;

/**
 * Two different endpoints drawn at random by weight; of these the one with fewer requests of this
 * loop under way, for its weight. Two choices are nearly as good as all (Mitzenmacher 2001) and do
 * not herd.
 */
final class LeastRequest implements Balancer {
    private final Endpoint[] endpoints;
    private final int[] weights;
    private final int[] cumulated;

    LeastRequest(List<Candidate> candidates) {
        int count = candidates.size();
        endpoints = new Endpoint[count];
        weights = new int[count];
        cumulated = new int[count];
        int sum = 0;
        for (int i = 0; i < count; i++) {
            endpoints[i] = candidates.get(i).endpoint();
            weights[i] = candidates.get(i).weight();
            sum += weights[i];
            cumulated[i] = sum;
        }
    }

    @Override
    public Endpoint pick(Loop loop, long value64, @Nullable Endpoint avoid) {
        int last = endpoints.length - 1;
        if (last == 0) {
            return endpoints[0];
        }
        int total = cumulated[last];
        int first = at(Balancers.place(value64, total));
        // The second from what the first leaves, with bits of its own.
        int place = Balancers.place(Loop.mix64(value64), total - weights[first]);
        int second = at(place < cumulated[first] - weights[first] ? place : place + weights[first]);
        if (endpoints[first] == avoid) {
            return endpoints[second];
        }
        if (endpoints[second] == avoid) {
            return endpoints[first];
        }
        long firstLoad = (long) endpoints[first].active(loop) * weights[second];
        long secondLoad = (long) endpoints[second].active(loop) * weights[first];
        return endpoints[secondLoad < firstLoad ? second : first];
    }

    // The endpoint whose share of the line holds this place.
    private int at(int place) {
        int found = Arrays.binarySearch(cumulated, place + 1);
        return found >= 0 ? found : -found - 1;
    }
}
