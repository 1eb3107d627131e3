package io.sluice.dataplane.l7.route;

import io.sluice.dataplane.l7.message.RequestHead;

/** The routes of one listener. Immutable, shared by all event loops. */
public interface RouteTable {
    /** A table without routes. */
    RouteTable EMPTY = head -> Route.NONE;

    /**
     * The route that a request takes; {@link Route#NONE} if no rule matches. Reads the head, whose
     * path is normal and whose host is lower case, and allocates nothing it can avoid.
     */
    Route match(RequestHead head);
}
