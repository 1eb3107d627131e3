/**
 * The process: {@link io.sluice.controlplane.Main} reads options and ends with an exit code, {@link
 * io.sluice.controlplane.ControlPlane} builds everything by hand, from the store up to the doors,
 * and takes it down in reverse. What lives here lives as long as the process.
 */
@NullMarked
package io.sluice.controlplane;

import org.jspecify.annotations.NullMarked;
