package io.sluice.controlplane.api;

import io.sluice.controlplane.storage.ChangeKind;
import io.sluice.controlplane.storage.ChangeResult;
import io.sluice.controlplane.storage.Operation;
import io.sluice.controlplane.storage.ResourceStore;
import io.sluice.controlplane.storage.StoredResource;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Listeners, routes, clusters and certificates, one by one. */
final class ResourceApi {
    /** How often a patch is made anew because somebody else wrote in between. */
    private static final int PATCH_ATTEMPTS_MAX = 5;

    private final ResourceStore store;
    private final Writes writes;

    ResourceApi(ResourceStore store, Writes writes) {
        this.store = store;
        this.writes = writes;
    }

    List<RestOperation> operations() {
        List<RestOperation> operations = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            operations.addAll(operations(kind));
        }
        return operations;
    }

    private List<RestOperation> operations(Kind kind) {
        String all = "/api/v1/" + kind.plural();
        String one = all + "/{name}";
        String title = kind.title();
        Parameter name = Parameter.path("name", "Name of the " + kind.singular() + ".");
        Parameter ifNoneMatch =
                Parameter.header("If-None-Match", "304 if the etag is still this one.");
        Parameter create = Parameter.header("If-None-Match", "*: only if it does not exist yet.");
        Listing<StoredResource> listing = ResourceListings.of(kind);
        return List.of(
                RestOperation.get(all, "list" + title + "s", "Lists the " + kind.plural() + ".")
                        .takes(listing.parameters())
                        .answers(200, "A page.", Schemas.page(title))
                        .quick(call -> list(kind, listing, call)),
                RestOperation.of(
                                HttpMethod.POST,
                                all,
                                "create" + title,
                                "Creates a " + kind.singular() + "; 409 if the name is taken.")
                        .takes(Writes.DRY_RUN, Writes.ALLOW_SHRINK, Writes.MESSAGE, Writes.AUTHOR)
                        .body(MediaType.DOCUMENT, Schemas.ref(title))
                        .answers(201, "Created.", Schemas.ref("WriteResult"))
                        .answers(200, "What would be, for a dry run.", Schemas.ref("WriteResult"))
                        .blocking(call -> create(kind, call)),
                RestOperation.get(one, "get" + title, "Reads a " + kind.singular() + ".")
                        .takes(name, ifNoneMatch)
                        .answers(
                                200,
                                "The " + kind.singular() + ", its etag also as ETag.",
                                Schemas.ref(title))
                        .answers(304, "The client has it already.")
                        .quick(call -> get(key(kind, call), call)),
                RestOperation.of(
                                HttpMethod.PUT,
                                one,
                                "put" + title,
                                "Creates or replaces a " + kind.singular() + ".")
                        .takes(name, Writes.IF_MATCH, create)
                        .takes(
                                Writes.DRY_RUN,
                                Writes.ALLOW_SHRINK,
                                Writes.OVERWRITE_WEIGHTS,
                                Writes.MESSAGE,
                                Writes.AUTHOR)
                        .body(MediaType.DOCUMENT, Schemas.ref(title))
                        .answers(200, "Replaced, or nothing differed.", Schemas.ref("WriteResult"))
                        .answers(201, "Created.", Schemas.ref("WriteResult"))
                        .blocking(call -> put(key(kind, call), call)),
                RestOperation.of(
                                HttpMethod.PATCH,
                                one,
                                "patch" + title,
                                "Changes parts of a "
                                        + kind.singular()
                                        + " (JSON merge patch, RFC 7396).")
                        .takes(name, Writes.IF_MATCH)
                        .takes(
                                Writes.DRY_RUN,
                                Writes.ALLOW_SHRINK,
                                Writes.OVERWRITE_WEIGHTS,
                                Writes.MESSAGE,
                                Writes.AUTHOR)
                        .body(MediaType.PATCH, Json.object().put("type", "object"))
                        .answers(200, "Changed, or nothing differed.", Schemas.ref("WriteResult"))
                        .blocking(call -> patch(key(kind, call), call)),
                RestOperation.of(
                                HttpMethod.DELETE,
                                one,
                                "delete" + title,
                                "Deletes a "
                                        + kind.singular()
                                        + "; 409 where something refers to it.")
                        .takes(name, Writes.IF_MATCH)
                        .takes(Writes.DRY_RUN, Writes.ALLOW_SHRINK, Writes.MESSAGE, Writes.AUTHOR)
                        .answers(200, "Deleted.", Schemas.ref("WriteResult"))
                        .blocking(call -> delete(key(kind, call), call)));
    }

    private Reply list(Kind kind, Listing<StoredResource> listing, Call call) {
        Problems problems = Problems.collect();
        Optional<Listing.Page<StoredResource>> page =
                listing.page(store.current().all(kind), call, "", problems);
        return page.isPresent()
                ? Reply.ok(page.get().json(ResourceJson::of))
                : Reply.malformed(problems.errors());
    }

    private Reply get(ResourceKey key, Call call) {
        StoredResource stored = store.current().get(key);
        if (stored == null) {
            return missing(key);
        }
        String etag = stored.resource().etag();
        if (ETags.known(call.header("If-None-Match"), etag)) {
            return new Reply.Empty(304, Map.of("ETag", ETags.quoted(etag)));
        }
        return Reply.document(200, ResourceJson.of(stored)).with("ETag", ETags.quoted(etag));
    }

    private Reply create(Kind kind, Call call) {
        Problems problems = Problems.collect();
        Optional<TextNode> body = Bodies.one(call, problems);
        Optional<Resource> resource =
                body.flatMap(
                        node ->
                                Bodies.nameOf(node)
                                        .map(
                                                name ->
                                                        ResourceCodec.decodeResource(
                                                                new ResourceKey(kind, name),
                                                                node,
                                                                problems))
                                        .orElseGet(
                                                () ->
                                                        ResourceCodec.decodeResource(
                                                                node, problems)));
        List<Operation> operations =
                resource.<List<Operation>>map(
                                decoded -> List.of(new Operation.Upsert(decoded, null, true)))
                        .orElse(List.of());
        Pointers pointers =
                resource.map(decoded -> Pointers.single(decoded.key())).orElse(Pointers.BODY);
        if (problems.hasErrors() || resource.isEmpty()) {
            return writes.malformed(problems, operations, pointers);
        }
        ResourceKey key = resource.get().key();
        ChangeResult result = writes.apply(call, operations, call.text("message"));
        if (result instanceof ChangeResult.Rejected rejected
                && rejected.reason() == ChangeResult.Reason.STALE_ETAG) {
            return Reply.refused(
                    409, "ALREADY_EXISTS", key + " exists already; PUT or PATCH it to change it");
        }
        Reply reply = tagged(Writes.reply(result, problems, pointers), result, key);
        return reply instanceof Reply.Document document && document.status() == 201
                ? document.with("Location", "/api/v1/" + kind.plural() + "/" + key.name())
                : reply;
    }

    private Reply put(ResourceKey key, Call call) {
        Problems problems = Problems.collect();
        Pointers pointers = Pointers.single(key);
        Optional<Resource> resource =
                Bodies.one(call, problems)
                        .flatMap(node -> ResourceCodec.decodeResource(key, node, problems));
        boolean createOnly =
                call.header("If-None-Match")
                        .map(String::strip)
                        .filter(ETags.ANY::equals)
                        .isPresent();
        List<Operation> operations =
                resource.<List<Operation>>map(
                                decoded ->
                                        List.of(
                                                new Operation.Upsert(
                                                        decoded, ifMatch(key, call), createOnly)))
                        .orElse(List.of());
        if (problems.hasErrors() || resource.isEmpty()) {
            return writes.malformed(problems, operations, pointers);
        }
        ChangeResult result = writes.apply(call, operations, call.text("message"));
        return tagged(Writes.reply(result, problems, pointers), result, key);
    }

    private Reply patch(ResourceKey key, Call call) {
        Problems body = Problems.collect();
        Optional<TextNode> patch = Bodies.one(call, body);
        if (body.hasErrors() || patch.isEmpty()) {
            return writes.malformed(body, List.of(), Pointers.BODY);
        }
        Pointers pointers = Pointers.single(key);
        ChangeResult result;
        int attempt = 0;
        do {
            StoredResource stored = store.current().get(key);
            if (stored == null) {
                return missing(key);
            }
            Problems problems = Problems.collect();
            Optional<Resource> patched =
                    ResourceCodec.patch(stored.resource(), patch.get(), problems);
            String seen = stored.resource().etag();
            String demanded = ifMatch(key, call);
            if (demanded != null && !demanded.equals(ETags.ANY) && !demanded.equals(seen)) {
                // Checked first: what the patch would make of a resource the client has not seen is
                // beside the point.
                return stale(key, seen);
            }
            List<Operation> operations =
                    patched.<List<Operation>>map(
                                    decoded -> List.of(new Operation.Upsert(decoded, seen, false)))
                            .orElse(List.of());
            if (problems.hasErrors() || patched.isEmpty()) {
                return writes.malformed(problems, operations, pointers);
            }
            result = writes.apply(call, operations, call.text("message"));
        } while (isStale(result) && ++attempt < PATCH_ATTEMPTS_MAX);
        return tagged(Writes.reply(result, Problems.collect(), pointers), result, key);
    }

    private Reply delete(ResourceKey key, Call call) {
        if (store.current().get(key) == null) {
            return missing(key);
        }
        List<Operation> operations = List.of(new Operation.Delete(key, ifMatch(key, call)));
        ChangeResult result = writes.apply(call, operations, call.text("message"));
        return Writes.reply(result, Problems.collect(), Pointers.NONE);
    }

    /** 201 where the resource is new, and its etag. */
    private Reply tagged(Reply reply, ChangeResult result, ResourceKey key) {
        if (!(reply instanceof Reply.Document document)) {
            return reply;
        }
        if (result instanceof ChangeResult.Applied applied) {
            boolean created =
                    applied.changes().stream()
                            .anyMatch(
                                    change ->
                                            change.key().equals(key)
                                                    && change.kind() == ChangeKind.CREATED);
            String etag =
                    applied.changes().stream()
                            .filter(change -> change.key().equals(key))
                            .map(change -> change.etag())
                            .findFirst()
                            .orElse("");
            return new Reply.Document(
                    created ? 201 : 200, Map.of("ETag", ETags.quoted(etag)), document.body());
        }
        StoredResource stored = store.current().get(key);
        return result instanceof ChangeResult.Unchanged && stored != null
                ? document.with("ETag", ETags.quoted(stored.resource().etag()))
                : document;
    }

    private @Nullable String ifMatch(ResourceKey key, Call call) {
        StoredResource stored = store.current().get(key);
        return ETags.demanded(
                call.header("If-Match"), stored == null ? null : stored.resource().etag());
    }

    private static boolean isStale(ChangeResult result) {
        return result instanceof ChangeResult.Rejected rejected
                && rejected.reason() == ChangeResult.Reason.STALE_ETAG;
    }

    private static Reply stale(ResourceKey key, String etag) {
        return Reply.refused(412, "STALE_ETAG", key + " was changed meanwhile, its etag is " + etag)
                .with("ETag", ETags.quoted(etag));
    }

    private Reply missing(ResourceKey key) {
        List<String> names =
                store.current().all(key.kind()).stream()
                        .map(stored -> stored.resource().name())
                        .toList();
        String hint = DidYouMean.hint(key.name(), names);
        return Reply.notFound("there is no " + key + (hint.isEmpty() ? "" : "; " + hint));
    }

    private static ResourceKey key(Kind kind, Call call) {
        return new ResourceKey(kind, call.path("name"));
    }
}
