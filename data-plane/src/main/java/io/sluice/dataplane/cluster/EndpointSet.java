package io.sluice.dataplane.cluster;

import io.sluice.dataplane.cluster.balancer.Policy;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.cluster.endpoint.Health;
import io.sluice.dataplane.cluster.pool.IdleOptions;
import io.sluice.dataplane.cluster.pool.PoolOptions;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a loop picks from: one version of a cluster, with its names looked up. Immutable, shared by
 * the loops.
 *
 * @param generation counts the versions of the cluster's spec
 * @param sequence counts all sets of the cluster, so that a late one is noticed
 * @param endpoints in configured order
 * @param weights by endpoint; 0 for the drained
 * @param drained by an operator
 * @param leaving what becomes of those at endpoints that leave
 * @param namesPending whether a name has not been looked up yet
 */
record EndpointSet(
        long generation,
        long sequence,
        List<Endpoint> endpoints,
        Map<Endpoint, Integer> weights,
        Set<Endpoint> drained,
        Policy policy,
        PoolOptions poolOptions,
        LeaveSpec leaving,
        boolean namesPending) {
    static final EndpointSet NONE =
            new EndpointSet(
                    0,
                    0,
                    List.of(),
                    Map.of(),
                    Set.of(),
                    Policy.ROUND_ROBIN,
                    new PoolOptions(0, IdleOptions.DEFAULT),
                    LeaveSpec.DEFAULT,
                    false);

    boolean contains(Endpoint endpoint) {
        return weights.containsKey(endpoint);
    }

    int weight(Endpoint endpoint) {
        return weights.getOrDefault(endpoint, 0);
    }

    /** Whether nobody new is to go there who may have before. */
    boolean left(Endpoint endpoint, EndpointSet before) {
        if (!before.contains(endpoint)) {
            return false;
        }
        return !contains(endpoint)
                || (weight(endpoint) == 0 && before.weight(endpoint) > 0)
                || (drained.contains(endpoint) && !before.drained.contains(endpoint));
    }

    /** What becomes of those at an endpoint that leaves with this set. */
    LeaveSpec leaving(Endpoint endpoint) {
        return drained.contains(endpoint) ? leaving.draining() : leaving;
    }

    /** Whether a name was not looked up or an endpoint not checked yet. */
    boolean undecided() {
        if (namesPending) {
            return true;
        }
        for (Endpoint endpoint : endpoints) {
            if (endpoint.health().health() == Health.UNKNOWN && weight(endpoint) > 0) {
                return true;
            }
        }
        return false;
    }
}
