package io.sluice.proto.resource.rules;

import io.sluice.proto.Problems;
import io.sluice.proto.resource.Resource;

/** The checks that one resource must pass by itself. Any thread. */
public final class Rules {
    private Rules() {}

    /**
     * Adds what is wrong with a resource, at {@code problems.in(resource.key())}. Where errors
     * about it are there already (from decoding), those that only follow from them are left out.
     */
    public static void check(Resource resource, Problems problems) {}
}
