package io.sluice.controlplane.storage;

import io.sluice.controlplane.storage.ChangeResult.Reason;
import io.sluice.proto.DidYouMean;
import io.sluice.proto.Problem;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.CanaryShares;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceKey;
import io.sluice.proto.resource.ResourceSet;
import io.sluice.proto.resource.SplitKey;
import io.sluice.proto.resource.Splits;
import io.sluice.proto.resource.Splits.Split;
import io.sluice.proto.resource.rules.Rules;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Works out what a write would do to a state, and everything that speaks against it. One object per
 * write; touches nothing but itself.
 */
final class ChangePlanner {
    /** Bytes of one stored resource; H2 holds at most 1 MiB in a column. */
    static final int RESOURCE_BYTES_MAX = 1_000_000;

    private final StoreState before;
    private final String author;
    private final Instant now;
    private final Problems problems = Problems.collect();
    private final EnumSet<Reason> reasons = EnumSet.noneOf(Reason.class);
    // What is not in here is as it was before.
    private final Map<ResourceKey, Optional<Resource>> after = new HashMap<>();
    private final Set<ResourceKey> named = new HashSet<>();
    private final CanaryMarks marks;

    private ChangePlanner(StoreState before, String author, Instant now) {
        this.before = before;
        this.author = author;
        this.now = now;
        this.marks = new CanaryMarks(before.canaries());
    }

    static Plan plan(StoreState before, ChangeSet changeSet, Instant now) {
        ChangePlanner planner = new ChangePlanner(before, changeSet.author(), now);
        planner.bound(changeSet.message(), changeSet.author());
        if (changeSet.operations().size() > ChangeSet.OPERATIONS_MAX) {
            planner.reject(
                    Reason.MALFORMED,
                    "TOO_LARGE",
                    "more than " + ChangeSet.OPERATIONS_MAX + " operations",
                    "");
            return planner.finish(true);
        }
        for (Operation operation : changeSet.operations()) {
            switch (operation) {
                case Operation.Upsert upsert ->
                        planner.upsert(upsert, changeSet.overwriteWeights());
                case Operation.Delete delete -> planner.delete(delete);
                case Operation.SetWeights set -> planner.setWeights(set);
                case Operation.ReleaseWeights release -> planner.release(release);
            }
        }
        return planner.finish(changeSet.allowShrink());
    }

    /**
     * @param back what leads from the state to that of the revision
     */
    static Plan planRollback(
            StoreState before, Rollback rollback, List<Plan.Step> back, Instant now) {
        ChangePlanner planner = new ChangePlanner(before, rollback.author(), now);
        planner.bound(rollback.message(), rollback.author());
        for (Plan.Step step : back) {
            planner.after.put(step.key(), Optional.ofNullable(step.after()));
            planner.marks.endWhereChanged(step.key(), step.before(), step.after());
        }
        return planner.finish(rollback.allowShrink());
    }

    private void bound(String message, String by) {
        if (message.length() > ChangeSet.MESSAGE_CHARS_MAX) {
            reject(
                    Reason.MALFORMED,
                    "TOO_LARGE",
                    "the message has more than " + ChangeSet.MESSAGE_CHARS_MAX + " characters",
                    "");
        }
        if (by.length() > ChangeSet.AUTHOR_CHARS_MAX) {
            reject(
                    Reason.MALFORMED,
                    "TOO_LARGE",
                    "the author has more than " + ChangeSet.AUTHOR_CHARS_MAX + " characters",
                    "");
        }
        if (message.indexOf('\0') >= 0 || by.indexOf('\0') >= 0) {
            reject(Reason.MALFORMED, "BAD_CHARACTER", "message and author cannot contain NUL", "");
        }
    }

    private void upsert(Operation.Upsert upsert, boolean overwriteWeights) {
        ResourceKey key = upsert.resource().key();
        if (!once(key)) {
            return;
        }
        Resource old = current(key);
        if (upsert.createOnly() && old != null) {
            reject(Reason.STALE_ETAG, key, "ALREADY_EXISTS", "exists already", "");
        }
        match(key, old, upsert.ifMatch());
        Resource completed = before.resources().complete(upsert.resource());
        after.put(key, Optional.of(completed));
        int errors = problems.errors().size();
        Rules.checkNotExpired(completed, old, now, problems);
        if (problems.errors().size() > errors) {
            reasons.add(Reason.INVALID);
        }
        if (old != null && !marks.guard(key, old, completed, overwriteWeights, problems)) {
            reasons.add(Reason.WEIGHTS_OWNED);
        }
    }

    private void delete(Operation.Delete delete) {
        ResourceKey key = delete.key();
        if (!once(key)) {
            return;
        }
        Resource old = current(key);
        if (old == null) {
            missing(key);
            return;
        }
        match(key, old, delete.ifMatch());
        after.put(key, Optional.empty());
        marks.releaseAll(key);
    }

    private void setWeights(Operation.SetWeights set) {
        Optional<Split> found = split(set.split());
        if (found.isEmpty()) {
            return;
        }
        Split split = found.get();
        ResourceKey key = split.key().resource();
        int errors = problems.errors().size();
        Optional<List<Integer>> weights = CanaryShares.of(split, set.shares(), problems.in(key));
        if (problems.errors().size() > errors) {
            reasons.add(Reason.INVALID);
        }
        Resource old = current(key);
        if (weights.isEmpty() || old == null) {
            return;
        }
        after.put(key, Optional.of(Splits.withWeights(old, split.key(), weights.get())));
        String name = split.key().name();
        CanaryMark mark = marks.get(split.key());
        boolean same = split.weights().equals(weights.get());
        if (mark == null || !same) {
            Instant since = mark == null ? now : mark.since();
            marks.set(new CanaryMark(name, since, author, before.revision() + (same ? 0 : 1)));
        }
    }

    private void release(Operation.ReleaseWeights release) {
        Optional<Split> found = split(release.split());
        if (found.isPresent() && !marks.release(found.get().key())) {
            problems.in(found.get().key().resource())
                    .warn(
                            "NOT_OWNED",
                            "the weights of " + found.get().key() + " were not set by canary");
        }
    }

    private Plan finish(boolean allowShrink) {
        List<Plan.Step> steps = steps();
        List<Resource> upserts = new ArrayList<>();
        List<ResourceKey> deletes = new ArrayList<>();
        for (Plan.Step step : steps) {
            if (step.after() == null) {
                deletes.add(step.key());
            } else {
                upserts.add(step.after());
            }
        }
        ResourceSet would = before.resources().with(upserts, deletes);
        check(upserts, would);
        if (!allowShrink) {
            for (String violation : ShrinkGuard.violations(before.resources(), would)) {
                reject(
                        Reason.SHRINK,
                        "SHRINK",
                        violation,
                        "allow that with --allow-shrink if it is meant");
            }
        }
        if (!reasons.isEmpty()) {
            // Sorted by gravity, as declared.
            return new Plan.Rejected(reasons.iterator().next(), List.copyOf(problems.errors()));
        }
        return new Plan.Accepted(steps, marks.all(), List.copyOf(problems.warnings()));
    }

    private List<Plan.Step> steps() {
        List<Plan.Step> steps = new ArrayList<>();
        new TreeMap<>(after)
                .forEach(
                        (key, value) -> {
                            StoredResource stored = before.get(key);
                            Resource old = stored == null ? null : stored.resource();
                            Resource wanted = value.orElse(null);
                            if (old == null ? wanted != null : !old.equals(wanted)) {
                                steps.add(new Plan.Step(key, old, wanted));
                            }
                        });
        return steps;
    }

    private void check(Collection<Resource> upserts, ResourceSet would) {
        int known = problems.errors().size();
        for (Resource upsert : upserts) {
            Rules.check(upsert, problems);
            Rules.checkDates(upsert, now, problems);
            int bytes = upsert.config().getSerializedSize();
            if (bytes > RESOURCE_BYTES_MAX) {
                problems.in(upsert.key())
                        .reject(
                                "TOO_LARGE",
                                "has "
                                        + bytes
                                        + " bytes; at most "
                                        + RESOURCE_BYTES_MAX
                                        + " are possible");
            }
        }
        would.checkChange(before.resources(), problems);
        for (Problem error : problems.errors().subList(known, problems.errors().size())) {
            reasons.add(error.code().equals("IN_USE") ? Reason.IN_USE : Reason.INVALID);
        }
    }

    private boolean once(ResourceKey key) {
        if (named.add(key)) {
            return true;
        }
        reject(
                Reason.MALFORMED,
                key,
                "DUPLICATE_RESOURCE",
                "occurs more than once in the change set",
                "");
        return false;
    }

    private void match(ResourceKey key, @Nullable Resource old, @Nullable String ifMatch) {
        if (ifMatch == null) {
            return;
        }
        if (old == null) {
            reject(
                    Reason.STALE_ETAG,
                    key,
                    "STALE_ETAG",
                    "does not exist, but the change expects etag " + ifMatch,
                    "");
        } else if (!ifMatch.equals("*") && !ifMatch.equals(old.etag())) {
            reject(
                    Reason.STALE_ETAG,
                    key,
                    "STALE_ETAG",
                    "was changed meanwhile: its etag is " + old.etag() + ", not " + ifMatch,
                    "read it again and repeat the change");
        }
    }

    private Optional<Split> split(String text) {
        Optional<SplitKey> key = SplitKey.parse(text);
        if (key.isEmpty()) {
            reject(
                    Reason.MALFORMED,
                    "BAD_SPLIT",
                    "\"" + text + "\" is no split",
                    "ROUTE/RULE or listener:NAME[/RULE] is");
            return Optional.empty();
        }
        Resource resource = current(key.get().resource());
        if (resource == null) {
            missing(key.get().resource());
            return Optional.empty();
        }
        List<Split> splits = Splits.of(resource);
        if (key.get().rule().isEmpty() && splits.size() == 1) {
            return Optional.of(splits.getFirst());
        }
        Optional<Split> found =
                splits.stream().filter(split -> split.key().equals(key.get())).findFirst();
        if (found.isEmpty()) {
            String names =
                    String.join(", ", splits.stream().map(split -> split.key().name()).toList());
            reject(
                    Reason.NOT_FOUND,
                    resource.key(),
                    "NO_SPLIT",
                    key.get().rule().isEmpty()
                            ? "splits in " + splits.size() + " places"
                            : "has no split in rule \"" + key.get().rule() + "\"",
                    names.isEmpty() ? "" : "it has " + names);
        }
        return found;
    }

    private @Nullable Resource current(ResourceKey key) {
        Optional<Resource> changed = after.get(key);
        if (changed != null) {
            return changed.orElse(null);
        }
        StoredResource stored = before.get(key);
        return stored == null ? null : stored.resource();
    }

    private void missing(ResourceKey key) {
        List<String> names =
                before.all(key.kind()).stream().map(stored -> stored.resource().name()).toList();
        reject(
                Reason.NOT_FOUND,
                key,
                "NOT_FOUND",
                "does not exist",
                DidYouMean.hint(key.name(), names));
    }

    private void reject(Reason reason, String code, String message, String hint) {
        problems.reject(code, message, hint);
        reasons.add(reason);
    }

    private void reject(Reason reason, ResourceKey key, String code, String message, String hint) {
        problems.in(key).reject(code, message, hint);
        reasons.add(reason);
    }
}
