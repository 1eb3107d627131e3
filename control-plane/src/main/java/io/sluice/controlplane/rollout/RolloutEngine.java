package io.sluice.controlplane.rollout;

import io.sluice.controlplane.fleet.ReportedProblem;
import io.sluice.controlplane.rollout.RolloutState.Held;
import io.sluice.controlplane.rollout.RolloutState.Offered;
import io.sluice.controlplane.rollout.RolloutState.Rejected;
import io.sluice.controlplane.rollout.RolloutState.Settled;
import io.sluice.controlplane.rollout.RolloutState.Validated;
import io.sluice.controlplane.snapshot.GroupSnapshot;
import io.sluice.controlplane.snapshot.OfferMode;
import io.sluice.controlplane.snapshot.SnapshotOffer;
import io.sluice.controlplane.snapshot.SnapshotVersion;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;

/**
 * Decides what one node is offered next. Pure: the caller sends what a {@link Step} says and keeps
 * its state. After every answer the caller assigns anew, so that a target that waited goes out.
 */
final class RolloutEngine {
    private final Assignments assignments;

    RolloutEngine(Assignments assignments) {
        this.assignments = assignments;
    }

    /**
     * What follows.
     *
     * @param send an offer to send under the new state's last offer id; null for none
     */
    record Step(NodeRollout node, @Nullable SnapshotOffer send) {
        static Step quiet(NodeRollout node) {
            return new Step(node, null);
        }
    }

    /** Brings a node towards its assignment, unless an offer is under way. */
    Step assign(NodeRollout before, Assignment assignment) {
        SnapshotVersion target = assignment.snapshot().version();
        boolean has = before.has().digest().equals(target.digest());
        NodeRollout node = before.wanting(target.revision());
        if (has && assignment.mode() == OfferMode.APPLY && !isAhead(node, target)) {
            // Content that did not change is active under the new number without a word.
            node = node.serving(target.revision());
        }
        return switch (node.state()) {
            case Offered _ -> Step.quiet(node);
            case Rejected rejected when rejected.digest().equals(target.digest()) ->
                    Step.quiet(node);
            case Validated tried
                    when assignment.mode() == OfferMode.VALIDATE_ONLY
                            && tried.digest().equals(target.digest()) ->
                    Step.quiet(node);
            case Settled _, Validated _, Rejected _, Held _ -> next(node, assignment);
        };
    }

    /** Takes note of progress; answers to offers that are not under way are ignored. */
    Step acknowledged(
            NodeRollout node, long offerId, AckPhase phase, List<ReportedProblem> problems) {
        if (!(node.state() instanceof Offered offered)) {
            boolean isRepeat = phase == AckPhase.ACTIVE && offerId == node.lastOfferId();
            return Step.quiet(
                    isRepeat && node.state() instanceof Settled
                            ? node.withProblems(problems)
                            : node);
        }
        if (offered.offerId() != offerId) {
            return Step.quiet(node);
        }
        SnapshotVersion target = offered.offer().version();
        return switch (offered.assignment().mode()) {
            case VALIDATE_ONLY ->
                    Step.quiet(
                            phase == AckPhase.RECEIVED
                                    ? node
                                    : node.with(new Validated(target.digest())));
            case APPLY ->
                    Step.quiet(
                            phase == AckPhase.ACTIVE
                                    ? settled(node, target).withProblems(problems)
                                    : node);
        };
    }

    /** Takes note of a refusal; a delta that did not fit is followed by the whole snapshot. */
    Step refused(
            NodeRollout node, long offerId, RefusalReason reason, List<ReportedProblem> problems) {
        if (!(node.state() instanceof Offered offered) || offered.offerId() != offerId) {
            return Step.quiet(node);
        }
        if (reason == RefusalReason.DIGEST_MISMATCH
                && offered.offer().form() != SnapshotOffer.Form.SNAPSHOT) {
            return send(node, offered.assignment(), assignments.fullOffer(offered.assignment()));
        }
        List<ReportedProblem> told =
                problems.isEmpty()
                        ? List.of(ReportedProblem.ofNode(reason.name(), "refused by the node"))
                        : problems;
        return Step.quiet(
                node.with(new Rejected(offered.offer().version().digest(), reason, told)));
    }

    private Step next(NodeRollout node, Assignment assignment) {
        GroupSnapshot target = assignment.snapshot();
        Optional<HoldReason> hold = holdReason(node, target);
        if (hold.isPresent()) {
            // What a node ahead calls a revision is another store's.
            NodeRollout held = hold.get() == HoldReason.NODE_AHEAD ? node.serving(0) : node;
            return Step.quiet(held.with(new Held(target.digest(), hold.get())));
        }
        boolean told = node.lastOfferId() > 0;
        if (told && node.has().digest().equals(target.digest())) {
            return Step.quiet(node.with(new Settled()));
        }
        return send(node, assignment, assignments.offer(node.has().digest(), assignment));
    }

    private static Optional<HoldReason> holdReason(NodeRollout node, GroupSnapshot target) {
        boolean has = node.has().digest().equals(target.digest());
        if (target.version().revision() == 0) {
            return has ? Optional.empty() : Optional.of(HoldReason.STORE_EMPTY);
        }
        if (isAhead(node, target.version())) {
            return Optional.of(HoldReason.NODE_AHEAD);
        }
        if (!has && node.suspect().filter(s -> s.digest().equals(target.digest())).isPresent()) {
            return Optional.of(HoldReason.SUSPECT_VERSION);
        }
        return node.features().containsAll(target.features())
                ? Optional.empty()
                : Optional.of(HoldReason.FEATURES_MISSING);
    }

    private static boolean isAhead(NodeRollout node, SnapshotVersion target) {
        return node.has().isAfter(target);
    }

    private static Step send(NodeRollout node, Assignment assignment, SnapshotOffer offer) {
        long offerId = node.lastOfferId() + 1;
        return new Step(node.offered(new Offered(offerId, offer, assignment)), offer);
    }

    private static NodeRollout settled(NodeRollout node, SnapshotVersion target) {
        NodeRollout settled = node.with(new Settled());
        return target.revision() == 0 ? settled : settled.having(target).serving(target.revision());
    }
}
