package io.sluice.dataplane.l7.route;

import io.sluice.proto.resource.rules.RankedMatch;

/** One way into a route: its rank, the conditions beside host and path, and what it leads to. */
record RankedRoute(RankedMatch rank, Conditions conditions, Route route) {}
