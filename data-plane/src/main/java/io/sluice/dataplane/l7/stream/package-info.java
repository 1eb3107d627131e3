/**
 * The life of a request: {@link io.sluice.dataplane.l7.stream.HttpStream}, its steps from top to
 * bottom, on the event loop of its connection from first byte to access log.
 *
 * <p>{@link io.sluice.dataplane.l7.stream.HttpServing} is what a listener is on one loop; a stream
 * stands between a Downstream, its side of the client connection, and an UpstreamExchange, one
 * attempt at an upstream; what these two have in common knows no version of HTTP.
 * Http1ConnectionHandler is one client connection of HTTP/1.1 and owns one stream, used for one
 * request after the other. Every step may finish later: the body is held back meanwhile, by not
 * reading. A connection outlives snapshots: each request takes the routes that its serving has when
 * it begins, and keeps its route, cluster and meters to the end. A connection that was upgraded
 * keeps its endpoint and meters only.
 *
 * <p>The rest of a long response body of known length, from HTTP/1.1 to HTTP/1.1 in the clear on
 * epoll, is spliced (27 November 2026): half the CPU time for 1 MiB. Not used: splicing from the
 * first byte, or 64 KiB, which gained nothing; a corked head, which cost more than it saved.
 */
@NullMarked
package io.sluice.dataplane.l7.stream;

import org.jspecify.annotations.NullMarked;
