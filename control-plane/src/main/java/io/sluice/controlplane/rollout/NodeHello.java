package io.sluice.controlplane.rollout;

import io.sluice.controlplane.fleet.ReportedProblem;
import io.sluice.controlplane.snapshot.SnapshotVersion;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a node introduces itself. Immutable; checked by the door.
 *
 * @param address where the stream comes from, IP:PORT
 * @param adminAddress empty if it has none
 * @param active what it serves
 * @param suspect what it stepped back from
 * @param drain a wish made at the node while the control plane was away
 * @param problems with which it serves the active version
 */
public record NodeHello(
        String node,
        String bootId,
        Map<String, String> labels,
        String address,
        String adminAddress,
        String softwareVersion,
        Set<String> features,
        Optional<SnapshotVersion> active,
        Optional<SnapshotVersion> suspect,
        Optional<DrainStatement> drain,
        List<ReportedProblem> problems) {}
