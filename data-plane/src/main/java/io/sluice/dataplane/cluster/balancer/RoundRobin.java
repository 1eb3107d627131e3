package io.sluice.dataplane.cluster.balancer;

import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.net.Loop;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.LongSupplier;

/** All in turn, where weights are equal. */
final class RoundRobin implements Balancer {
    private final Endpoint[] endpoints;
    private int next;

    RoundRobin(List<Candidate> candidates, LongSupplier random64) {
        endpoints = new Endpoint[candidates.size()];
        for (int i = 0; i < endpoints.length; i++) {
            endpoints[i] = candidates.get(i).endpoint();
        }
        next = Balancers.place(random64.getAsLong(), endpoints.length);
    }

    @Override
    public Endpoint pick(Loop loop, long value64, @Nullable Endpoint avoid) {
        Endpoint picked = endpoints[next];
        next = next + 1 == endpoints.length ? 0 : next + 1;
        return picked == avoid ? Balancers.other(endpoints, next, avoid) : picked;
    }
}
