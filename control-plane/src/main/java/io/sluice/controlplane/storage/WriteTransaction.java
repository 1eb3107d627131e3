package io.sluice.controlplane.storage;

import io.sluice.proto.resource.ResourceKey;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * One write inside its transaction: finds the state to judge by, has the change planned, and stores
 * it with its revision. What is in memory is the caller's to switch, after the commit.
 */
final class WriteTransaction {
    private static final Logger log = LoggerFactory.getLogger(WriteTransaction.class);

    private final Transaction transaction;
    private final Tables.Loaded ours;
    private final Retention retention;
    private final Authorship by;
    private final Instant now;

    /**
     * @param ours the state in memory
     */
    WriteTransaction(
            Transaction transaction,
            Tables.Loaded ours,
            Retention retention,
            Authorship by,
            Instant now) {
        this.transaction = transaction;
        this.ours = ours;
        this.retention = retention;
        this.by = by;
        this.now = now;
    }

    /** Works out what a write does to the state. */
    interface Planner {
        Plan plan(Transaction transaction, StoreState state, Instant now) throws SQLException;
    }

    /**
     * What came of a write: the state read again where ours was old, the one after, and the answer.
     */
    record Written(
            Tables.Loaded base,
            Tables.@Nullable Loaded next,
            @Nullable Commit commit,
            ChangeResult result) {}

    Written run(Planner planner, boolean dryRun) throws SQLException {
        Tables.Loaded base = base(transaction, ours, dryRun);
        StoreState state = base.state();
        Plan plan = planner.plan(transaction, state, now);
        return switch (plan) {
            case Plan.Rejected rejected -> {
                transaction.rollbackOnly();
                yield new Written(
                        base,
                        null,
                        null,
                        new ChangeResult.Rejected(rejected.reason(), rejected.problems()));
            }
            case Plan.Accepted accepted when dryRun -> {
                transaction.rollbackOnly();
                yield new Written(
                        base,
                        null,
                        null,
                        new ChangeResult.DryRun(
                                state.revision(), published(accepted), accepted.warnings()));
            }
            case Plan.Accepted accepted -> store(base, accepted);
        };
    }

    /** The state to judge by: ours, unless the database has moved on. */
    static Tables.Loaded base(Transaction transaction, Tables.Loaded ours, boolean dryRun)
            throws SQLException {
        long writes = dryRun ? Tables.writes(transaction) : Tables.beginWrite(transaction) - 1;
        if (writes == ours.writes()) {
            return ours;
        }
        log.warn("event=store_moved_on writes_here={} writes_there={}", ours.writes(), writes);
        return new Tables.Loaded(Tables.load(transaction).getFirst().state(), writes);
    }

    private Written store(Tables.Loaded base, Plan.Accepted plan) throws SQLException {
        StoreState state = base.state();
        boolean marksDiffer = !plan.canaries().equals(state.canaries());
        if (plan.steps().isEmpty() && !marksDiffer) {
            transaction.rollbackOnly();
            return new Written(
                    base,
                    null,
                    null,
                    new ChangeResult.Unchanged(state.revision(), plan.warnings()));
        }
        Tables.setMarks(transaction, state.canaries(), plan.canaries());
        if (plan.steps().isEmpty()) {
            StoreState after = state.next(state.revision(), List.of(), List.of(), plan.canaries());
            return new Written(
                    base,
                    new Tables.Loaded(after, base.writes() + 1),
                    new Commit(state, after, null, List.of()),
                    new ChangeResult.Unchanged(state.revision(), plan.warnings()));
        }
        long revision = state.revision() + 1;
        RevisionSummary summary = History.summary(revision, by, plan.steps(), now);
        StoreState after = storeSteps(state, plan, revision);
        History.insert(transaction, summary, plan.steps());
        History.prune(transaction, retention.oldest(revision));
        Tables.setRevision(transaction, revision);
        List<ResourceChange> changes = published(plan);
        return new Written(
                base,
                new Tables.Loaded(after, base.writes() + 1),
                new Commit(state, after, summary, changes),
                new ChangeResult.Applied(revision, changes, plan.warnings()));
    }

    private StoreState storeSteps(StoreState state, Plan.Accepted plan, long revision)
            throws SQLException {
        List<StoredResource> there = new ArrayList<>();
        List<ResourceKey> replaced = new ArrayList<>();
        List<ResourceKey> gone = new ArrayList<>();
        for (Plan.Step step : plan.steps()) {
            StoredResource old = state.get(step.key());
            if (old != null) {
                replaced.add(step.key());
            }
            if (step.after() == null) {
                gone.add(step.key());
            } else {
                Instant created = old == null ? now : old.createTime();
                there.add(
                        new StoredResource(
                                step.after(),
                                revision,
                                created,
                                now,
                                Collections.emptySortedSet()));
            }
        }
        Tables.delete(transaction, replaced);
        Tables.insert(transaction, there);
        return state.next(revision, there, gone, plan.canaries());
    }

    private static List<ResourceChange> published(Plan.Accepted plan) {
        return plan.steps().stream().map(Plan.Step::published).toList();
    }
}
