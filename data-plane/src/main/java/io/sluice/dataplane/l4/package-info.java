/**
 * What TCP and UDP listeners share: where their connections and sessions go. Compilers only; the
 * flow passes through {@code tcp} and {@code udp}.
 */
@NullMarked
package io.sluice.dataplane.l4;

import org.jspecify.annotations.NullMarked;
