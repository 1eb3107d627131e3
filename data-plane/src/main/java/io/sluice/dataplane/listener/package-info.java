/**
 * Listeners: sockets that accept, and which protocol serves what comes.
 *
 * <p>Every connection starts here: accepted on a loop, counted against the limits, given to the
 * serving object of its listener on that loop. Sockets are found by transport, address and port,
 * never by a listener's name, and outlive snapshots; what serves them is switched per loop. Which
 * sockets there are is decided on one loop, the first.
 *
 * <p>What a change leaves behind is in {@link io.sluice.dataplane.listener.Departures}, by what
 * left and not by connection (2026-11-27; a mark on each connection was the option not taken: it
 * would cost all of them a field, and say nothing of where requests of HTTP go next).
 */
@NullMarked
package io.sluice.dataplane.listener;

import org.jspecify.annotations.NullMarked;
