package io.sluice.dataplane.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;

import io.sluice.proto.discovery.v1.Delta;
import io.sluice.proto.discovery.v1.Entry;
import io.sluice.proto.discovery.v1.EntryKey;
import io.sluice.proto.discovery.v1.NackReason;
import io.sluice.proto.discovery.v1.Version;

import org.junit.jupiter.api.Test;

import java.util.HexFormat;
import java.util.List;

class SnapshotStateTest {
    private static final Entry A = TestEntries.cluster("a");
    private static final Entry B = TestEntries.endpoints("a", "127.0.0.1:1");
    private static final Entry B2 = TestEntries.endpoints("a", "127.0.0.1:2");

    @Test
    void acceptsAFullSnapshotInAnyOrder() {
        Version version = TestEntries.version(1, 1, List.of(A, B));
        assertThat(SnapshotState.full(version, List.of(B, A)))
                .isInstanceOf(SnapshotState.Outcome.Verified.class);
    }

    @Test
    void aDeltaLeadsToTheSameStateAsTheFullSnapshot() {
        SnapshotState base = TestEntries.state(1, A, B);
        Delta delta = delta(base).addUpsert(B2).build();
        SnapshotState result =
                verified(base.apply(TestEntries.version(1, 2, List.of(A, B2)), delta));
        assertThat(result.entries()).isEqualTo(TestEntries.state(2, A, B2).entries());
        assertThat(base.entries().values()).containsExactlyInAnyOrder(A, B);
    }

    @Test
    void aDeltaRemoves() {
        SnapshotState base = TestEntries.state(1, A, B);
        Delta delta =
                delta(base)
                        .addRemove(EntryKey.newBuilder().setKind("endpoints").setName("a"))
                        .build();
        SnapshotState result = verified(base.apply(TestEntries.version(1, 2, List.of(A)), delta));
        assertThat(result.entries().values()).containsExactly(A);
    }

    @Test
    void refusesADeltaForAnotherBase() {
        Delta delta = delta(TestEntries.state(1, A)).addUpsert(B2).build();
        assertMismatch(
                TestEntries.state(1, A, B).apply(TestEntries.version(1, 2, List.of(A, B2)), delta));
    }

    @Test
    void refusesADeltaThatDoesNotLeadToTheDigest() {
        SnapshotState base = TestEntries.state(1, A);
        assertMismatch(
                base.apply(
                        TestEntries.version(1, 2, List.of(A, B2)),
                        delta(base).addUpsert(B).build()));
    }

    @Test
    void refusesABodyThatDoesNotHaveItsDigest() {
        Entry lying = B.toBuilder().setBody(B2.getBody()).build();
        assertMismatch(
                SnapshotState.full(TestEntries.version(1, 1, List.of(lying)), List.of(lying)));
    }

    @Test
    void refusesAFullSnapshotWithAnEntryMissing() {
        assertMismatch(SnapshotState.full(TestEntries.version(1, 1, List.of(A, B)), List.of(A)));
    }

    @Test
    void refusesTheSameEntryTwice() {
        var outcome = SnapshotState.full(TestEntries.version(1, 1, List.of(A, A)), List.of(A, A));
        assertThat(refusal(outcome).reason()).isEqualTo(NackReason.NACK_REASON_INVALID);
        assertThat(refusal(outcome).problems())
                .singleElement()
                .returns("DUPLICATE_ENTRY", p -> p.code());
    }

    private static Delta.Builder delta(SnapshotState base) {
        return Delta.newBuilder()
                .setBase(ByteString.copyFrom(HexFormat.of().parseHex(base.version().digest())));
    }

    private static SnapshotState verified(SnapshotState.Outcome outcome) {
        assertThat(outcome).isInstanceOf(SnapshotState.Outcome.Verified.class);
        return ((SnapshotState.Outcome.Verified) outcome).state();
    }

    private static Refusal refusal(SnapshotState.Outcome outcome) {
        assertThat(outcome).isInstanceOf(SnapshotState.Outcome.Refused.class);
        return ((SnapshotState.Outcome.Refused) outcome).refusal();
    }

    private static void assertMismatch(SnapshotState.Outcome outcome) {
        assertThat(refusal(outcome).reason()).isEqualTo(NackReason.NACK_REASON_DIGEST_MISMATCH);
    }
}
