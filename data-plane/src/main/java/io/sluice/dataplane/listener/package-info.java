/**
 * Listeners: sockets that accept, and which protocol serves what comes.
 *
 * <p>Every connection starts here: accepted on a loop, counted against the limits, given to the
 * serving object of its listener on that loop. Sockets are found by transport, address and port,
 * never by a listener's name, and outlive snapshots; what serves them is switched per loop. Which
 * sockets there are is decided on one loop, the first.
 */
@NullMarked
package io.sluice.dataplane.listener;

import org.jspecify.annotations.NullMarked;
