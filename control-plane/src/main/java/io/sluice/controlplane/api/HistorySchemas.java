package io.sluice.controlplane.api;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Schemas of revisions. */
final class HistorySchemas {
    private HistorySchemas() {}

    static Map<String, Json> all() {
        Map<String, Json> summary = summary();
        Map<String, Json> revision = new TreeMap<>(summary);
        revision.put("changes", Schemas.list(Schemas.ref("Change")));
        revision.put("activation", Schemas.ref("Activation"));
        return Map.of(
                "RevisionSummary",
                Schemas.object("One line of the history.", summary, List.copyOf(summary.keySet())),
                "Revision",
                Schemas.object(
                        "What one revision changed, and how far it has come. With view=activation"
                                + " only revision and activation.",
                        revision,
                        List.of("revision", "activation")),
                "Change",
                change(),
                "Activation",
                activation(),
                "Diff",
                Schemas.object(
                        "What leads from one revision to another.",
                        Map.of(
                                "from", Schemas.integer("Revision."),
                                "to", Schemas.integer("Revision."),
                                "changes", Schemas.list(Schemas.ref("Change"))),
                        List.of("from", "to", "changes")));
    }

    static Map<String, Json> summary() {
        return Map.of(
                "revision", Schemas.integer("Its number, gap-free."),
                "time", Schemas.time("When it was stored."),
                "author", Schemas.text("Who."),
                "authorVerified", Schemas.bool("false where that is only what the client claimed."),
                "message", Schemas.text("Why; may be empty."),
                "created", Schemas.integer("Resources created."),
                "updated", Schemas.integer("Resources updated."),
                "deleted", Schemas.integer("Resources deleted."),
                "changed", Schemas.integer("Of all three together."));
    }

    private static Json change() {
        return Schemas.object(
                "One resource, before and after.",
                Map.of(
                        "kind", Schemas.oneOf("Its kind.", Schemas.titles()),
                        "name", Schemas.text("Its name."),
                        "op",
                                Schemas.oneOf(
                                        "What happened to it.", "created", "updated", "deleted"),
                        "before",
                                Schemas.nullable(
                                        Schemas.ref("Resource"), "null where it was created."),
                        "after",
                                Schemas.nullable(
                                        Schemas.ref("Resource"), "null where it was deleted.")),
                List.of("kind", "name", "op", "before", "after"));
    }

    private static Json activation() {
        Json node =
                Schemas.object(
                        "One node.",
                        Map.of(
                                "name", Schemas.text("Its name."),
                                "state",
                                        Schemas.oneOf(
                                                "As in Node.", "connected", "draining", "gone"),
                                "wantedRevision", Schemas.integer("As in Node."),
                                "activeRevision", Schemas.integer("As in Node."),
                                "rejectedRevision", Schemas.integer("As in Node."),
                                "problems", Schemas.list(Schemas.ref("NodeProblem"))),
                        List.of(
                                "name",
                                "state",
                                "wantedRevision",
                                "activeRevision",
                                "rejectedRevision",
                                "problems"));
        return Schemas.object(
                "How far a revision has come among the nodes.",
                Map.of(
                        "connected", Schemas.integer("Nodes with an open stream."),
                        "active",
                                Schemas.integer(
                                        "Of these, the ones that serve it, or a later one."),
                        "rejected", Schemas.integer("Of these, the ones that refused it."),
                        "nodes", Schemas.list(node)),
                List.of("connected", "active", "rejected"));
    }
}
