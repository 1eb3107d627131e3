/**
 * The life of a request: {@link io.sluice.dataplane.l7.stream.HttpStream}, its steps from top to
 * bottom, on the event loop of its connection from first byte to access log.
 *
 * <p>{@link io.sluice.dataplane.l7.stream.HttpServing} is what a listener is on one loop;
 * HttpConnectionHandler is one client connection and owns one stream, used for one request after
 * the other; UpstreamExchange is one attempt at an upstream. Every step may finish later: the body
 * is held back meanwhile, by not reading. A connection outlives snapshots: each request takes the
 * routes that its serving has when it begins, and keeps its route, cluster and meters to the end. A
 * connection that was upgraded keeps its endpoint and meters only.
 */
@NullMarked
package io.sluice.dataplane.l7.stream;

import org.jspecify.annotations.NullMarked;
