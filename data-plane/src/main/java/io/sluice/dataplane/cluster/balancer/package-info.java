/**
 * Load balancing policies: which healthy endpoint is next.
 *
 * <p>A {@link io.sluice.dataplane.cluster.balancer.Balancer} is made by one loop for one set of
 * eligible endpoints and thrown away when that set changes; it is never shared. Load is read from
 * the endpoints themselves.
 */
@NullMarked
package io.sluice.dataplane.cluster.balancer;

import org.jspecify.annotations.NullMarked;
