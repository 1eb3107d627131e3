package io.sluice.controlplane.api;

import io.sluice.controlplane.storage.Operation;
import io.sluice.proto.DidYouMean;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceCodec;
import io.sluice.proto.resource.ResourceKey;
import io.sluice.proto.resource.TextNode;
import io.vertx.core.http.HttpMethod;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Several resources changed in one step: a change set, or just resources to upsert. */
final class ChangeSetApi {
    private static final List<String> FIELDS = List.of("message", "operations");
    private static final List<String> OPERATION_FIELDS = List.of("upsert", "delete", "ifMatch");
    private static final List<String> KEY_FIELDS = List.of("kind", "name");
    private static final Parameter FILE =
            Parameter.query(
                    "file",
                    Parameter.Type.TEXT,
                    "What the body is called in the places of problems.");

    private final Writes writes;

    ChangeSetApi(Writes writes) {
        this.writes = writes;
    }

    /** A body as far as it could be read. */
    private record Decoded(String message, List<Operation> operations, Pointers pointers) {}

    List<RestOperation> operations() {
        return List.of(
                RestOperation.of(
                                HttpMethod.POST,
                                "/api/v1/changesets",
                                "applyChangeSet",
                                "Applies changes to several resources, all or nothing, as one"
                                    + " revision. Takes a change set, or resources to upsert: one,"
                                    + " a list, or several YAML documents.")
                        .takes(Writes.DRY_RUN, Writes.ALLOW_SHRINK, Writes.OVERWRITE_WEIGHTS)
                        .takes(Writes.MESSAGE, FILE, Writes.AUTHOR)
                        .body(MediaType.DOCUMENT, Schemas.changeSetBody())
                        .answers(200, "Applied, or nothing differed.", Schemas.ref("WriteResult"))
                        .blocking(this::apply));
    }

    private Reply apply(Call call) {
        Problems problems = Problems.collect();
        List<TextNode> documents = Bodies.all(call, call.text("file"), problems);
        boolean changeSet =
                documents.size() == 1
                        && documents.getFirst() instanceof TextNode.Mapping mapping
                        && mapping.get("kind") == null;
        Decoded decoded =
                changeSet
                        ? changeSet((TextNode.Mapping) documents.getFirst(), problems)
                        : upserts(call, problems);
        if (!changeSet && !problems.hasErrors() && decoded.operations().isEmpty()) {
            problems.reject("MISSING_BODY", "there is no resource in the body");
        }
        if (problems.hasErrors()) {
            return writes.malformed(problems, decoded.operations(), decoded.pointers());
        }
        String message = call.has("message") ? call.text("message") : decoded.message();
        return Writes.reply(
                writes.apply(call, decoded.operations(), message), problems, decoded.pointers());
    }

    private static Decoded upserts(Call call, Problems problems) {
        if (problems.hasErrors()) {
            return new Decoded("", List.of(), Pointers.BODY);
        }
        List<Resource> resources =
                ResourceCodec.decodeDocuments(
                        call.body(), Bodies.format(call), call.text("file"), problems);
        List<Operation> operations = new ArrayList<>();
        Map<ResourceKey, String> places = new HashMap<>();
        for (Resource resource : resources) {
            // Several YAML documents have no common pointer; the problem's line tells them apart.
            places.putIfAbsent(resource.key(), "");
            operations.add(new Operation.Upsert(resource, null, false));
        }
        return new Decoded("", operations, new Pointers(places, true));
    }

    private static Decoded changeSet(TextNode.Mapping body, Problems problems) {
        Bodies.checkFields(body, FIELDS, problems);
        List<Operation> operations = new ArrayList<>();
        Map<ResourceKey, String> places = new HashMap<>();
        TextNode list = body.get("operations");
        if (list instanceof TextNode.Sequence sequence) {
            for (int i = 0; i < sequence.items().size(); i++) {
                TextNode item = sequence.items().get(i);
                operation(item, i, places, problems.at("operations", i).from(item.source()))
                        .ifPresent(operations::add);
            }
        } else {
            problems.at("operations")
                    .from(list == null ? body.source() : list.source())
                    .reject(
                            list == null ? "MISSING" : "WRONG_TYPE",
                            list == null ? "is missing" : "must be a list, not " + list.describe(),
                            "send { message, operations: [{ upsert: RESOURCE } | { delete: { kind,"
                                    + " name } }] }, or resources");
        }
        String message = Bodies.text(body, "message", problems);
        return new Decoded(message == null ? "" : message, operations, new Pointers(places, true));
    }

    private static Optional<Operation> operation(
            TextNode node, int index, Map<ResourceKey, String> places, Problems problems) {
        if (!(node instanceof TextNode.Mapping mapping)) {
            problems.reject("WRONG_TYPE", "must be a mapping, not " + node.describe());
            return Optional.empty();
        }
        Bodies.checkFields(mapping, OPERATION_FIELDS, problems);
        String ifMatch = Bodies.text(mapping, "ifMatch", problems);
        TextNode upsert = mapping.get("upsert");
        TextNode delete = mapping.get("delete");
        if ((upsert == null) == (delete == null)) {
            problems.reject("WRONG_FIELDS", "needs exactly one of upsert and delete");
            return Optional.empty();
        }
        if (upsert == null) {
            return delete(delete, ifMatch, problems.at("delete"));
        }
        Optional<Resource> resource = ResourceCodec.decodeResource(upsert, problems.at("upsert"));
        resource.ifPresent(
                decoded -> places.putIfAbsent(decoded.key(), "/operations/" + index + "/upsert"));
        return resource.map(decoded -> new Operation.Upsert(decoded, bare(ifMatch), false));
    }

    private static Optional<Operation> delete(
            @Nullable TextNode node, @Nullable String ifMatch, Problems problems) {
        if (!(node instanceof TextNode.Mapping mapping)) {
            problems.reject("WRONG_TYPE", "must be a mapping of kind and name");
            return Optional.empty();
        }
        Bodies.checkFields(mapping, KEY_FIELDS, problems);
        String kindText = Bodies.text(mapping, "kind", problems);
        String name = Bodies.text(mapping, "name", problems);
        if (kindText == null || name == null) {
            problems.reject("MISSING", "needs kind and name");
            return Optional.empty();
        }
        Optional<Kind> kind = Kind.parse(kindText);
        if (kind.isEmpty()) {
            String hint = DidYouMean.hint(kindText, Kind.titles());
            problems.at("kind")
                    .reject(
                            "UNKNOWN_KIND",
                            "there is no kind \"" + kindText + "\"",
                            hint.isEmpty()
                                    ? "kinds are " + String.join(", ", Kind.titles())
                                    : hint);
            return Optional.empty();
        }
        return Optional.of(new Operation.Delete(new ResourceKey(kind.get(), name), bare(ifMatch)));
    }

    /** An etag in a body may carry the quotes of the header; an empty one demands nothing. */
    private static @Nullable String bare(@Nullable String ifMatch) {
        return ETags.demanded(Optional.ofNullable(ifMatch).filter(tag -> !tag.isBlank()), null);
    }
}
