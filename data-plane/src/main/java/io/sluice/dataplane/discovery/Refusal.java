package io.sluice.dataplane.discovery;

import io.sluice.dataplane.snapshot.SnapshotProblem;
import io.sluice.proto.discovery.v1.NackReason;

import java.util.List;

/** Why an offer is answered with a NACK. */
record Refusal(NackReason reason, List<SnapshotProblem> problems) {
    static Refusal of(NackReason reason, String code, String message) {
        return new Refusal(reason, List.of(new SnapshotProblem("", "", "", code, message)));
    }
}
