/**
 * The node as a process: {@link io.sluice.dataplane.Main} reads the options, {@link
 * io.sluice.dataplane.Node} builds everything by hand and in order, and takes it down again.
 *
 * <p>{@link io.sluice.dataplane.Training} is the run of which an AOT cache is made.
 *
 * <p>No traffic passes here. Threads: one event loop per core for the data path; one more small
 * loop for the control plane's streams and the admin door; the config thread, which compiles and
 * decides; the access log's writer.
 */
@NullMarked
package io.sluice.dataplane;

import org.jspecify.annotations.NullMarked;
