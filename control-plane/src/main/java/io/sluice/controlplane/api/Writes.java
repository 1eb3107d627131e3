package io.sluice.controlplane.api;

import static io.sluice.controlplane.api.Parameter.Type.BOOLEAN;
import static io.sluice.controlplane.api.Parameter.Type.TEXT;

import io.sluice.controlplane.storage.ChangeKind;
import io.sluice.controlplane.storage.ChangeResult;
import io.sluice.controlplane.storage.ChangeSet;
import io.sluice.controlplane.storage.Operation;
import io.sluice.controlplane.storage.ResourceChange;
import io.sluice.controlplane.storage.ResourceStore;
import io.sluice.proto.Problem;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.ResourceKey;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What all writes have in common: their parameters, the call of the store, the answer. Blocks. */
final class Writes {
    static final Parameter DRY_RUN =
            Parameter.query(
                    "dryRun",
                    BOOLEAN,
                    "Check everything and answer with what would change, store nothing.");
    static final Parameter ALLOW_SHRINK =
            Parameter.query(
                    "allowShrink",
                    BOOLEAN,
                    "Let a change pass that drops a large part of the listeners, routes or"
                            + " endpoints.");
    static final Parameter OVERWRITE_WEIGHTS =
            Parameter.query(
                    "overwriteWeights",
                    BOOLEAN,
                    "Let weights be changed that belong to canary set, and end that.");
    static final Parameter MESSAGE =
            Parameter.query("message", TEXT, "Why; kept in the history. At most 4096 characters.");
    static final Parameter AUTHOR =
            Parameter.header("Sluice-Author", "Who; kept in the history, marked unverified.");
    static final Parameter IF_MATCH =
            Parameter.header("If-Match", "Only if the resource has this etag; * if it exists.");

    private final ResourceStore store;
    private final RestMetrics metrics;

    Writes(ResourceStore store, RestMetrics metrics) {
        this.store = store;
        this.metrics = metrics;
    }

    /** The result of applying the operations as one change set with the call's parameters. */
    ChangeResult apply(Call call, List<Operation> operations, String message) {
        return counted(
                store.apply(
                        new ChangeSet(
                                operations,
                                message,
                                call.author(),
                                false,
                                call.flag("dryRun"),
                                call.flag("allowShrink"),
                                call.flag("overwriteWeights"))));
    }

    ChangeResult counted(ChangeResult result) {
        metrics.countWrite(result);
        return result;
    }

    /**
     * A refusal of input that could not be decoded whole. What decoded without problems is tried as
     * well, so that the answer names everything at once.
     */
    Reply malformed(Problems problems, List<Operation> operations, Pointers pointers) {
        List<Problem> all = new ArrayList<>(problems.errors());
        if (!operations.isEmpty()) {
            Set<ResourceKey> broken = new HashSet<>();
            problems.errors().stream().map(Problem::resource).forEach(broken::add);
            ChangeSet trial = new ChangeSet(operations, "", "", false, true, true, true);
            if (store.apply(trial) instanceof ChangeResult.Rejected rejected) {
                rejected.problems().stream()
                        .filter(
                                problem ->
                                        problem.resource() != null
                                                && !broken.contains(problem.resource()))
                        .map(problems.sources()::locate)
                        .forEach(all::add);
            }
        }
        boolean readable =
                problems.errors().stream()
                        .allMatch(problem -> problem.code().equals("DUPLICATE_RESOURCE"));
        return readable
                ? Reply.refused(422, "INVALID", all, pointers)
                : Reply.refused(400, "MALFORMED", all, pointers);
    }

    /** The answer to a result; problems get their places from the input. */
    static Reply reply(ChangeResult result, Problems input, Pointers pointers) {
        return switch (result) {
            case ChangeResult.Applied applied ->
                    Reply.ok(
                            json(
                                    applied.revision(),
                                    applied.changes(),
                                    applied.warnings(),
                                    input,
                                    pointers,
                                    false));
            case ChangeResult.Unchanged same ->
                    Reply.ok(
                            json(
                                    same.revision(),
                                    List.of(),
                                    same.warnings(),
                                    input,
                                    pointers,
                                    false));
            case ChangeResult.DryRun dry ->
                    Reply.ok(
                            json(
                                    dry.revision(),
                                    dry.changes(),
                                    dry.warnings(),
                                    input,
                                    pointers,
                                    true));
            case ChangeResult.Rejected rejected -> rejected(rejected, input, pointers);
        };
    }

    private static Reply rejected(
            ChangeResult.Rejected rejected, Problems input, Pointers pointers) {
        List<Problem> problems = rejected.problems().stream().map(input.sources()::locate).toList();
        return Reply.refused(
                status(rejected.reason()), rejected.reason().name(), problems, pointers);
    }

    private static int status(ChangeResult.Reason reason) {
        return switch (reason) {
            case MALFORMED -> 400;
            case NOT_FOUND -> 404;
            case GONE -> 410;
            case STALE_ETAG -> 412;
            case INVALID -> 422;
            case IN_USE, WEIGHTS_OWNED, SHRINK -> 409;
        };
    }

    private static Json json(
            long revision,
            List<ResourceChange> changes,
            List<Problem> warnings,
            Problems input,
            Pointers pointers,
            boolean dryRun) {
        List<Problem> all = new ArrayList<>(input.warnings());
        warnings.stream()
                .map(input.sources()::locate)
                .filter(warning -> !all.contains(warning))
                .forEach(all::add);
        Json json =
                Json.object()
                        .put("revision", revision)
                        .put(
                                "changed",
                                changes.stream().map(change -> changed(change, dryRun)).toList())
                        .put("warnings", ProblemJson.list(all, pointers));
        return dryRun ? json.put("dryRun", true) : json;
    }

    private static Json changed(ResourceChange change, boolean dryRun) {
        Json json =
                Json.object()
                        .put("kind", change.key().kind().title())
                        .put("name", change.key().name())
                        .put("op", text(change.kind()))
                        .put("etag", change.etag());
        return dryRun ? ResourceJson.sides(json, change) : json;
    }

    /** As {@code kind, name, op, before, after}. */
    static Json change(ResourceChange change) {
        Json json =
                Json.object()
                        .put("kind", change.key().kind().title())
                        .put("name", change.key().name())
                        .put("op", text(change.kind()));
        return ResourceJson.sides(json, change);
    }

    static String text(ChangeKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
