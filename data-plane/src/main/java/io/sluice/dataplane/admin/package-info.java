/**
 * The node's local door: {@code /healthz /readyz /metrics /config}, {@code POST /drain} and {@code
 * /undrain}.
 *
 * <p>No flow passes here; operators and their probes look in. It runs on the small event loop that
 * it shares with {@code discovery}, never on those of the data path, and with Netty's own HTTP
 * codec: nothing here is hot. Everything it shows or changes comes through {@link
 * io.sluice.dataplane.admin.NodeDoor}.
 */
@NullMarked
package io.sluice.dataplane.admin;

import org.jspecify.annotations.NullMarked;
