/**
 * From a request head to a {@link io.sluice.dataplane.l7.route.Route}, once per request.
 *
 * <p>The route table of a listener is compiled off the event loops, immutable, and shared by all of
 * them; matching runs on the loop of the connection. No route is a route too: it replies 404. A
 * stream keeps the route it started with, so a route may outlive the snapshot that made it; it
 * holds its clusters, never the snapshot.
 */
@NullMarked
package io.sluice.dataplane.l7.route;

import org.jspecify.annotations.NullMarked;
