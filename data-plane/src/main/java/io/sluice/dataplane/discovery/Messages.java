package io.sluice.dataplane.discovery;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;

import io.sluice.dataplane.snapshot.SnapshotProblem;
import io.sluice.dataplane.snapshot.SnapshotVersion;
import io.sluice.proto.discovery.v1.DrainState;
import io.sluice.proto.discovery.v1.NodeProblem;
import io.sluice.proto.discovery.v1.Version;

import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/** The node's values in the form of the wire. Pure. */
final class Messages {
    private Messages() {}

    static Version version(SnapshotVersion version) {
        return Version.newBuilder()
                .setEpoch(version.epoch())
                .setRevision(version.revision())
                .setDigest(ByteString.copyFrom(HexFormat.of().parseHex(version.digest())))
                .build();
    }

    static List<NodeProblem> problems(List<SnapshotProblem> problems) {
        return problems.stream()
                .map(
                        problem ->
                                NodeProblem.newBuilder()
                                        .setKind(problem.kind())
                                        .setName(problem.name())
                                        .setField(problem.field())
                                        .setCode(problem.code())
                                        .setMessage(problem.message())
                                        .build())
                .toList();
    }

    static DrainState drain(DrainControl.Status status) {
        return DrainState.newBuilder()
                .setDraining(status.draining())
                .setDrained(status.drained())
                .setConnections(status.connections())
                .setSince(timestamp(status.since()))
                .setRequestedHere(status.wishedHere())
                .build();
    }

    static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    static Duration duration(com.google.protobuf.Duration duration) {
        return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
    }
}
