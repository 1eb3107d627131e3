/**
 * What happens to the head of a request between route and cluster, and to the head of its response
 * on the way back: {@link io.sluice.dataplane.l7.filter.FilterChain}.
 *
 * <p>A route holds its own flat chain, merged when the snapshot is compiled; the request passes it
 * first to last, the response last to first, on the event loop of the connection. Filters are
 * immutable; what they need per stream they ask the stream to remember by finishing later.
 * Compilers of the filters stand beside them.
 */
@NullMarked
package io.sluice.dataplane.l7.filter;

import org.jspecify.annotations.NullMarked;
