/**
 * One address that serves requests, and what the node knows about it: health and load.
 *
 * <p>An {@link io.sluice.dataplane.cluster.endpoint.Endpoint} is found by cluster and ip:port and
 * outlives snapshots in which it stays. Its health is written by one loop and read by all; its load
 * is counted by each loop for itself.
 */
@NullMarked
package io.sluice.dataplane.cluster.endpoint;

import org.jspecify.annotations.NullMarked;
