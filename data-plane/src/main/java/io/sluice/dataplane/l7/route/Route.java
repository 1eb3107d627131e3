package io.sluice.dataplane.l7.route;

import io.sluice.dataplane.l7.filter.FilterChain;

/**
 * What happens to a request: a rule of a route as compiled. Immutable; compared by identity.
 *
 * @param route name of the route resource; empty for {@link #NONE}
 * @param rule name of the rule in it; empty for {@link #NONE}
 */
public record Route(String route, String rule, RouteAction action, FilterChain filters) {
    /** Where requests go that no rule matches. */
    public static final Route NONE =
            new Route("", "", new RouteAction.NotFound(), FilterChain.EMPTY);

    // Identity: two rules that do the same are still two keys of statistics.
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
