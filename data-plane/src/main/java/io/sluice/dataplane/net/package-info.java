/**
 * Event loops and what belongs to one of them, the relay between two sockets, and the words for
 * what went wrong and when.
 *
 * <p>Every flow of the node runs on these loops: a connection lives on one {@link
 * io.sluice.dataplane.net.Loop} from accept to access log, its upstream connection included, so
 * that nothing on the way needs a lock. What a package keeps per loop it keeps in a {@link
 * io.sluice.dataplane.net.PerLoop}. The loops live as long as the node; nothing here knows a
 * snapshot.
 */
@NullMarked
package io.sluice.dataplane.net;

import org.jspecify.annotations.NullMarked;
