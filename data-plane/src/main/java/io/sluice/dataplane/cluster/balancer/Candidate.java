package io.sluice.dataplane.cluster.balancer;

import io.sluice.dataplane.cluster.endpoint.Endpoint;

/**
 * An endpoint that may be picked.
 *
 * @param weight above 0
 */
public record Candidate(Endpoint endpoint, int weight) {}
