package io.sluice.controlplane.api;

import io.sluice.proto.resource.Kind;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** JSON Schemas (2020-12) of what REST answers, by name; {@code openapi.json} holds them. */
final class Schemas {
    private Schemas() {}

    static Json ref(String name) {
        return Json.object().put("$ref", "#/components/schemas/" + name);
    }

    static Json list(Json items) {
        return Json.object().put("type", "array").put("items", items);
    }

    static Json text(String description) {
        return Json.object().put("type", "string").put("description", description);
    }

    static Json integer(String description) {
        return Json.object().put("type", "integer").put("description", description);
    }

    static Json number(String description) {
        return Json.object().put("type", "number").put("description", description);
    }

    static Json bool(String description) {
        return Json.object().put("type", "boolean").put("description", description);
    }

    static Json time(String description) {
        return text(description).put("format", "date-time");
    }

    static Json oneOf(String description, String... values) {
        return text(description).put("enum", List.of(values));
    }

    static Json map(String description) {
        return Json.object()
                .put("type", "object")
                .put("description", description)
                .put("additionalProperties", Json.object().put("type", "string"));
    }

    /** A list answer of these. */
    static Json page(String name) {
        return object(
                "A page of a list.",
                Map.of(
                        "items", list(ref(name)),
                        "nextPageToken", text("For the next page; empty on the last."),
                        "totalSize", integer("How many match in all.")),
                List.of("items", "nextPageToken", "totalSize"));
    }

    /** An object that has no other fields. */
    static Json object(String description, Map<String, Json> properties, List<String> required) {
        Json fields = Json.object();
        new TreeMap<>(properties).forEach(fields::put);
        Json object =
                Json.object()
                        .put("type", "object")
                        .put("description", description)
                        .put("properties", fields)
                        .put("additionalProperties", false);
        return required.isEmpty() ? object : object.put("required", required);
    }

    /** What {@code changesets} takes. */
    static Json changeSetBody() {
        return Json.object()
                .put("oneOf", List.of(ref("ChangeSet"), ref("Resource"), list(ref("Resource"))));
    }

    /** All that is not made from the descriptors of the specs. */
    static Map<String, Json> all() {
        Map<String, Json> all = new TreeMap<>();
        all.put(
                "Resource",
                Json.object()
                        .put(
                                "oneOf",
                                List.of(Kind.values()).stream()
                                        .map(kind -> ref(kind.title()))
                                        .toList()));
        all.put("Problem", problem());
        all.put("ProblemDocument", problemDocument());
        all.put("ChangeSet", changeSet());
        all.put("WriteResult", writeResult());
        all.putAll(FleetSchemas.all());
        all.putAll(HistorySchemas.all());
        all.putAll(StatsSchemas.all());
        return all;
    }

    private static Json problem() {
        return object(
                "One thing that is wrong.",
                Map.of(
                        "kind", oneOf("Of the resource that it is about.", titles()),
                        "name", text("Of the resource that it is about."),
                        "field",
                                text(
                                        "Path in the resource's spec (rules[3].match.path), or a"
                                                + " parameter; absent for the whole."),
                        "pointer",
                                text(
                                        "JSON pointer (RFC 6901) into the request body; absent"
                                                + " where there is none."),
                        "code", text("Stable, upper case."),
                        "message", text("What is wrong."),
                        "hint", text("What would be right; absent if there is nothing to say."),
                        "file", text("As the parameter file names it."),
                        "line", integer("From 1."),
                        "column", integer("From 1.")),
                List.of("code", "message"));
    }

    private static Json problemDocument() {
        return object(
                "A refusal (RFC 9457), with everything that is wrong.",
                Map.of(
                        "type", text("Always about:blank; see code."),
                        "title", text("Of the status."),
                        "status", integer("The HTTP status."),
                        "code",
                                text(
                                        "Stable, upper case: MALFORMED, NOT_FOUND, STALE_ETAG,"
                                                + " INVALID, IN_USE, WEIGHTS_OWNED, SHRINK ..."),
                        "detail", text("One sentence."),
                        "problems", list(ref("Problem"))),
                List.of("type", "title", "status", "code", "detail", "problems"));
    }

    private static Json changeSet() {
        Json etag = text("Only if the resource has this etag; * if it exists.");
        Json upsert =
                object(
                        "Creates or replaces.",
                        Map.of("upsert", ref("Resource"), "ifMatch", etag),
                        List.of("upsert"));
        Json delete =
                object(
                        "Deletes.",
                        Map.of(
                                "delete",
                                object(
                                        "Which.",
                                        Map.of(
                                                "kind",
                                                text("Singular or plural, any case."),
                                                "name",
                                                text("Its name.")),
                                        List.of("kind", "name")),
                                "ifMatch",
                                etag),
                        List.of("delete"));
        return object(
                "Changes applied as one.",
                Map.of(
                        "message", text("Why; the query parameter goes first."),
                        "operations", list(Json.object().put("oneOf", List.of(upsert, delete)))),
                List.of("operations"));
    }

    private static Json writeResult() {
        Json changed =
                object(
                        "A resource that changed.",
                        Map.of(
                                "kind", oneOf("Its kind.", titles()),
                                "name", text("Its name."),
                                "op",
                                        oneOf(
                                                "What happened to it.",
                                                "created",
                                                "updated",
                                                "deleted"),
                                "etag", text("Afterwards, or the last one where it was deleted."),
                                "before", nullable(ref("Resource"), "Dry run only."),
                                "after", nullable(ref("Resource"), "Dry run only.")),
                        List.of("kind", "name", "op", "etag"));
        return object(
                "What a write did.",
                Map.of(
                        "revision",
                                integer(
                                        "The new revision, or the current one where nothing"
                                                + " changed."),
                        "changed", list(changed),
                        "warnings", list(ref("Problem")),
                        "dryRun", bool("true where nothing was stored.")),
                List.of("revision", "changed", "warnings"));
    }

    static Json nullable(Json schema, String description) {
        return Json.object()
                .put("description", description)
                .put("anyOf", List.of(schema, Json.object().put("type", "null")));
    }

    static String[] titles() {
        return Kind.titles().toArray(String[]::new);
    }
}
