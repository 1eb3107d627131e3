package io.sluice.controlplane.rollout;

import static io.sluice.controlplane.snapshot.TestConfig.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.controlplane.fleet.ReportedProblem;
import io.sluice.controlplane.rollout.RolloutEngine.Step;
import io.sluice.controlplane.rollout.RolloutState.Held;
import io.sluice.controlplane.rollout.RolloutState.Offered;
import io.sluice.controlplane.rollout.RolloutState.Rejected;
import io.sluice.controlplane.rollout.RolloutState.Settled;
import io.sluice.controlplane.rollout.RolloutState.Validated;
import io.sluice.controlplane.snapshot.OfferMode;
import io.sluice.controlplane.snapshot.SnapshotBuilder;
import io.sluice.controlplane.snapshot.SnapshotOffer;
import io.sluice.controlplane.snapshot.SnapshotVersion;
import io.sluice.controlplane.snapshot.Snapshots;
import io.sluice.controlplane.snapshot.TestConfig;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

class RolloutEngineTest {
    private static final List<ReportedProblem> NONE = List.of();

    private final TestConfig config = new TestConfig();
    private Snapshots snapshots;
    private Assignments assignments;
    private RolloutEngine engine;
    private NodeRollout node = fresh(NodeRollout.NOTHING, Optional.empty());
    private @Nullable SnapshotOffer sent;

    @BeforeEach
    void storeSomething() {
        config.httpListener("web").cluster("v1", "10.0.0.1:80");
        config.route("shop", List.of("web"), share("v1", 1));
        snapshots = SnapshotBuilder.build(config.commit(), null);
        assignments = new Assignments(snapshots);
        engine = new RolloutEngine(assignments);
    }

    private static NodeRollout fresh(SnapshotVersion has, Optional<SnapshotVersion> suspect) {
        return NodeRollout.arrived(has, suspect, Set.of(), NONE);
    }

    private void change(int weight) {
        config.route("shop", List.of("web"), share("v1", weight));
        snapshots = SnapshotBuilder.build(config.commit(), snapshots);
        assignments.publish(snapshots);
    }

    private void take(Step step) {
        node = step.node();
        sent = step.send();
    }

    private SnapshotOffer sent() {
        return Objects.requireNonNull(sent);
    }

    private void assign() {
        take(engine.assign(node, assignments.of("n1", Map.of())));
    }

    private void active() {
        take(engine.acknowledged(node, node.lastOfferId(), AckPhase.ACTIVE, NONE));
    }

    private void settle() {
        assign();
        active();
    }

    @Test
    void progressIsNotTheAnswer() {
        assign();
        for (AckPhase phase : List.of(AckPhase.RECEIVED, AckPhase.VALIDATED, AckPhase.WARMED)) {
            take(engine.acknowledged(node, 1, phase, NONE));
            assertThat(node.state()).isInstanceOf(Offered.class);
        }
        active();
        assertThat(node.state()).isInstanceOf(Settled.class);
        assertThat(node.activeRevision()).isEqualTo(1);
    }

    @Test
    void aNewerTargetWaitsForTheAnswer() {
        assign();
        change(2);
        change(3);
        assign();
        assertThat(sent).isNull();
        active();
        assign();
        assertThat(sent().version().revision()).isEqualTo(3);
        assertThat(sent().form()).isEqualTo(SnapshotOffer.Form.DELTA);
    }

    @Test
    void anActiveRevisionStaysReachedWhileANewerOneIsUnderWay() {
        settle();
        config.cluster("unused");
        snapshots = SnapshotBuilder.build(config.commit(), snapshots);
        assignments.publish(snapshots);
        assign();
        assertThat(sent).isNull();
        assertThat(node.activeRevision()).isEqualTo(2);
        change(5);
        assign();
        assertThat(node.activeRevision()).isEqualTo(2);
        assertThat(node.wantedRevision()).isEqualTo(3);
    }

    @Test
    void answersToOldOffersAreIgnored() {
        settle();
        change(2);
        assign();
        take(engine.refused(node, 1, RefusalReason.INVALID, NONE));
        assertThat(node.state()).isInstanceOf(Offered.class);
        take(engine.acknowledged(node, 1, AckPhase.ACTIVE, NONE));
        assertThat(node.state()).isInstanceOf(Offered.class);
    }

    @Test
    void refusedContentIsNotOfferedAgainUntilItChanges() {
        settle();
        change(2);
        assign();
        take(engine.refused(node, node.lastOfferId(), RefusalReason.INVALID, NONE));
        assertThat(node.state())
                .isInstanceOfSatisfying(
                        Rejected.class, rejected -> assertThat(rejected.problems()).hasSize(1));
        assign();
        assertThat(sent).isNull();
        change(3);
        assign();
        assertThat(sent().version().revision()).isEqualTo(3);
    }

    @Test
    void aMismatchOfTheWholeSnapshotIsARefusal() {
        settle();
        change(2);
        assign();
        take(engine.refused(node, node.lastOfferId(), RefusalReason.DIGEST_MISMATCH, NONE));
        assertThat(sent().form()).isEqualTo(SnapshotOffer.Form.SNAPSHOT);
        take(engine.refused(node, node.lastOfferId(), RefusalReason.DIGEST_MISMATCH, NONE));
        assertThat(sent).isNull();
        assertThat(node.state()).isInstanceOf(Rejected.class);
    }

    @Test
    void goingBackToWhatTheNodeServesEndsARefusalWithoutAWord() {
        settle();
        change(2);
        assign();
        take(engine.refused(node, node.lastOfferId(), RefusalReason.INVALID, NONE));
        change(1);
        assign();
        assertThat(sent).isNull();
        assertThat(node.state()).isInstanceOf(Settled.class);
        assertThat(node.activeRevision()).isEqualTo(3);
    }

    @Test
    void suspectContentIsHeldBackUnderAnyRevision() {
        SnapshotVersion deadly = assignments.of("n1", Map.of()).snapshot().version();
        node = fresh(NodeRollout.NOTHING, Optional.of(deadly));
        assign();
        assertThat(sent).isNull();
        assertThat(node.state()).isInstanceOf(Held.class);
        config.cluster("unused");
        snapshots = SnapshotBuilder.build(config.commit(), snapshots);
        assignments.publish(snapshots);
        assign();
        assertThat(node.state()).isInstanceOf(Held.class);
        change(2);
        assign();
        assertThat(sent().version().revision()).isEqualTo(3);
    }

    @Test
    void aRestoredStoreWithAHigherEpochIsOffered() {
        node = fresh(new SnapshotVersion(1, 500, NodeRollout.NOTHING.digest()), Optional.empty());
        assign();
        assertThat(sent().version().epoch()).isEqualTo(config.epoch);
    }

    @Test
    void aTrialChangesNothing() {
        settle();
        config.route("shop", List.of("web"), share("v1", 9));
        Snapshots candidate = SnapshotBuilder.build(config.commit(), snapshots);
        assignments.override("n1", candidate, OfferMode.VALIDATE_ONLY);
        assign();
        assertThat(sent().mode()).isEqualTo(OfferMode.VALIDATE_ONLY);
        take(engine.acknowledged(node, node.lastOfferId(), AckPhase.RECEIVED, NONE));
        take(engine.acknowledged(node, node.lastOfferId(), AckPhase.VALIDATED, NONE));
        assertThat(node.state()).isInstanceOf(Validated.class);
        assertThat(node.activeRevision()).isEqualTo(1);
        assign();
        assertThat(sent).isNull();
        assignments.release("n1");
        assign();
        assertThat(sent).isNull();
        assertThat(node.state()).isInstanceOf(Settled.class);
    }
}
