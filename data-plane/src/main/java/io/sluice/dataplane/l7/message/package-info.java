/**
 * HTTP messages as every version of the protocol sees them: {@link
 * io.sluice.dataplane.l7.message.RequestHead}, {@link io.sluice.dataplane.l7.message.ResponseHead}
 * and their {@link io.sluice.dataplane.l7.message.Fields}.
 *
 * <p>The request flow passes here between codec and stream. A head is offsets into one byte array
 * plus edits; it makes no strings and says nothing of how it looked on the wire. The heads that a
 * codec fills belong to an event loop and hold good until it handles its next event: a stream that
 * has to wait copies its head first. Nothing here outlives a request, so nothing here knows of
 * snapshots.
 */
@NullMarked
package io.sluice.dataplane.l7.message;

import org.jspecify.annotations.NullMarked;
