/**
 * Active health checks: probes of an endpoint and what follows from their results.
 *
 * <p>A {@link io.sluice.dataplane.cluster.health.HealthChecker} belongs to one endpoint and one
 * loop, runs for as long as the endpoint stays in a cluster with this check, and writes the
 * endpoint's health.
 */
@NullMarked
package io.sluice.dataplane.cluster.health;

import org.jspecify.annotations.NullMarked;
