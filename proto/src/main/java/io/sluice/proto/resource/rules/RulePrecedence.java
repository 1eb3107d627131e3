package io.sluice.proto.resource.rules;

import java.util.Comparator;

/**
 * The order in which the rules of a listener are tried, defined here and nowhere else: exact host,
 * longest wildcard, any; exact path, longest prefix, regex (the longer pattern first); more further
 * conditions; name of the route; position in the route. The first whose conditions all hold takes
 * the request.
 */
public final class RulePrecedence {
    private RulePrecedence() {}

    /**
     * What comes first is tried first. Total: 0 only for equals, where routes are told apart by
     * name.
     */
    public static final Comparator<RankedMatch> ORDER =
            Comparator.comparing(RankedMatch::host, HostPattern.PRECEDENCE)
                    .thenComparing(RankedMatch::path, PathPattern.PRECEDENCE)
                    .thenComparing(Comparator.comparingInt(RankedMatch::conditions).reversed())
                    .thenComparing(RankedMatch::route)
                    .thenComparingInt(RankedMatch::rule)
                    .thenComparingInt(RankedMatch::matchIndex)
                    .thenComparing(match -> match.host().name());
}
