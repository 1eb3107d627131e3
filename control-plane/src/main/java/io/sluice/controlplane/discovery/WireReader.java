package io.sluice.controlplane.discovery;

import com.google.protobuf.Timestamp;

import io.sluice.controlplane.fleet.EndpointHealthView;
import io.sluice.controlplane.fleet.EndpointHealthView.Health;
import io.sluice.controlplane.fleet.ReportedProblem;
import io.sluice.controlplane.rollout.AckPhase;
import io.sluice.controlplane.rollout.DrainStatement;
import io.sluice.controlplane.rollout.RefusalReason;
import io.sluice.controlplane.snapshot.SnapshotVersion;
import io.sluice.proto.Limits;
import io.sluice.proto.discovery.v1.DrainState;
import io.sluice.proto.discovery.v1.EndpointHealth;
import io.sluice.proto.discovery.v1.EndpointHealthList;
import io.sluice.proto.discovery.v1.HealthState;
import io.sluice.proto.discovery.v1.NackReason;
import io.sluice.proto.discovery.v1.NodeProblem;
import io.sluice.proto.discovery.v1.Phase;
import io.sluice.proto.discovery.v1.Version;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Turns messages of nodes into the records of the packages below. */
final class WireReader {
    /** Characters kept of a text that a node sends. */
    static final int TEXT_CHARS_MAX = 2_048;

    private static final Comparator<EndpointHealthView> BY_ADDRESS =
            Comparator.comparing(EndpointHealthView::cluster)
                    .thenComparing(EndpointHealthView::address);

    private WireReader() {}

    static List<ReportedProblem> problems(List<NodeProblem> problems) {
        List<ReportedProblem> read =
                new ArrayList<>(Math.min(problems.size(), Limits.PROBLEMS_MAX));
        for (NodeProblem problem : problems) {
            if (read.size() == Limits.PROBLEMS_MAX) {
                break;
            }
            read.add(
                    new ReportedProblem(
                            text(problem.getKind()),
                            text(problem.getName()),
                            text(problem.getField()),
                            text(problem.getCode()),
                            text(problem.getMessage())));
        }
        return List.copyOf(read);
    }

    static SnapshotVersion version(Version version) {
        return new SnapshotVersion(version.getEpoch(), version.getRevision(), version.getDigest());
    }

    static DrainStatement drain(DrainState state) {
        return new DrainStatement(
                state.getDraining(),
                state.getDrained(),
                state.getConnections(),
                instant(state.getSince()),
                state.getRequestedHere());
    }

    /** Empty for a phase that this end does not know. */
    static Optional<AckPhase> phase(Phase phase) {
        return switch (phase) {
            case PHASE_RECEIVED -> Optional.of(AckPhase.RECEIVED);
            case PHASE_VALIDATED -> Optional.of(AckPhase.VALIDATED);
            case PHASE_WARMED -> Optional.of(AckPhase.WARMED);
            case PHASE_ACTIVE -> Optional.of(AckPhase.ACTIVE);
            case PHASE_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
        };
    }

    /** A reason that this end does not know is a refusal all the same. */
    static RefusalReason reason(NackReason reason) {
        return switch (reason) {
            case NACK_REASON_STALE -> RefusalReason.STALE;
            case NACK_REASON_DIGEST_MISMATCH -> RefusalReason.DIGEST_MISMATCH;
            case NACK_REASON_UNSUPPORTED -> RefusalReason.UNSUPPORTED;
            case NACK_REASON_TOO_LARGE -> RefusalReason.TOO_LARGE;
            case NACK_REASON_INTERNAL -> RefusalReason.INTERNAL;
            case NACK_REASON_INVALID, NACK_REASON_UNSPECIFIED, UNRECOGNIZED ->
                    RefusalReason.INVALID;
        };
    }

    static List<EndpointHealthView> endpoints(EndpointHealthList list, NameCache names) {
        List<EndpointHealthView> read = new ArrayList<>(list.getEndpointsCount());
        for (EndpointHealth endpoint : list.getEndpointsList()) {
            read.add(
                    new EndpointHealthView(
                            names.of(text(endpoint.getCluster())),
                            names.of(text(endpoint.getAddress())),
                            health(endpoint.getState()),
                            instant(endpoint.getSince()),
                            names.of(text(endpoint.getReason()))));
        }
        read.sort(BY_ADDRESS);
        return List.copyOf(read);
    }

    static Instant instant(Timestamp timestamp) {
        return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
    }

    static String text(String text) {
        return text.length() <= TEXT_CHARS_MAX ? text : text.substring(0, TEXT_CHARS_MAX);
    }

    private static Health health(HealthState state) {
        return switch (state) {
            case HEALTH_STATE_HEALTHY -> Health.HEALTHY;
            case HEALTH_STATE_UNHEALTHY -> Health.UNHEALTHY;
            case HEALTH_STATE_UNKNOWN, HEALTH_STATE_UNSPECIFIED, UNRECOGNIZED -> Health.UNKNOWN;
        };
    }
}
