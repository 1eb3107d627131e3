/**
 * DNS names of endpoints and the addresses they stand for.
 *
 * <p>Look-ups block, so they run on threads of their own and their results come back as tasks of
 * the cluster's home loop. A {@link io.sluice.dataplane.cluster.resolve.ResolvedHost} lives as long
 * as some version of its cluster names the host.
 */
@NullMarked
package io.sluice.dataplane.cluster.resolve;

import org.jspecify.annotations.NullMarked;
