package io.sluice.controlplane.storage;

import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceSet;

import java.util.ArrayList;
import java.util.List;

/**
 * Notices a change that drops a large part of the configuration, as an empty or half-written input
 * does: at least ten and more than a fifth of the listeners, routes or endpoints.
 */
final class ShrinkGuard {
    static final int DROPPED_MIN = 10;
    private static final int FRACTION = 5;

    private ShrinkGuard() {}

    /** What shrinks too far, in words; empty if nothing does. */
    static List<String> violations(ResourceSet before, ResourceSet after) {
        List<String> violations = new ArrayList<>();
        compare(
                "listeners",
                before.all(Kind.LISTENER).size(),
                after.all(Kind.LISTENER).size(),
                violations);
        compare("routes", before.all(Kind.ROUTE).size(), after.all(Kind.ROUTE).size(), violations);
        compare("endpoints", endpoints(before), endpoints(after), violations);
        return violations;
    }

    private static void compare(String what, long before, long after, List<String> violations) {
        long dropped = before - after;
        if (dropped >= DROPPED_MIN && dropped * FRACTION > before) {
            violations.add("drops " + dropped + " of " + before + " " + what);
        }
    }

    private static long endpoints(ResourceSet resources) {
        long count = 0;
        for (Resource cluster : resources.all(Kind.CLUSTER)) {
            count += cluster.cluster().getEndpointsCount();
        }
        return count;
    }
}
