package io.sluice.controlplane.api;

import io.sluice.controlplane.api.Listing.Field;
import io.sluice.controlplane.fleet.Fleet;
import io.sluice.controlplane.storage.Lookup;
import io.sluice.controlplane.storage.ResourceChange;
import io.sluice.controlplane.storage.ResourceStore;
import io.sluice.controlplane.storage.Revision;
import io.sluice.controlplane.storage.RevisionPage;
import io.sluice.controlplane.storage.RevisionQuery;
import io.sluice.controlplane.storage.RevisionSummary;
import io.sluice.controlplane.storage.Rollback;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.ResourceKey;
import io.sluice.proto.resource.TextNode;
import io.vertx.core.http.HttpMethod;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The history: what changed when, how far it has come, and the way back. */
final class RevisionApi {
    private static final String DEFAULT_ORDER = "revision desc";
    private static final Listing<RevisionSummary> LISTING =
            new Listing<>(
                    "revision",
                    "message",
                    Map.of(
                            "revision", Field.number("number", RevisionSummary::number),
                            "author", Field.text("text", RevisionSummary::author),
                            "message", Field.text("text", RevisionSummary::message)),
                    null);
    private static final Parameter VIEW =
            Parameter.query(
                    "view",
                    Parameter.Type.TEXT,
                    "full (default), or activation: only revision and activation, from memory, for"
                            + " polling.");
    private static final Parameter RESOURCE =
            Parameter.query(
                    "resource",
                    Parameter.Type.TEXT,
                    "Only revisions that changed this resource, as KIND/NAME: route/shop.");

    private final ResourceStore store;
    private final Fleet fleet;
    private final Writes writes;

    RevisionApi(ResourceStore store, Fleet fleet, Writes writes) {
        this.store = store;
        this.fleet = fleet;
        this.writes = writes;
    }

    List<RestOperation> operations() {
        Parameter number = Parameter.path("revision", "Its number.");
        return List.of(
                RestOperation.get(
                                "/api/v1/revisions",
                                "listRevisions",
                                "Lists the history, newest first unless ordered otherwise.")
                        .takes(LISTING.parameters())
                        .takes(RESOURCE)
                        .answers(200, "A page.", Schemas.page("RevisionSummary"))
                        .blocking(this::list),
                RestOperation.get(
                                "/api/v1/revisions/{from}..{to}/diff",
                                "diffRevisions",
                                "What leads from the content of one revision to that of another,"
                                        + " older or newer.")
                        .takes(
                                Parameter.path("from", "A revision."),
                                Parameter.path("to", "A revision."))
                        .answers(200, "The changes, sorted by kind and name.", Schemas.ref("Diff"))
                        .blocking(this::diff),
                RestOperation.get(
                                "/api/v1/revisions/{revision}",
                                "getRevision",
                                "Reads a revision and how far it has come.")
                        .takes(number, VIEW)
                        .answers(200, "The revision.", Schemas.ref("Revision"))
                        .blocking(this::get),
                RestOperation.of(
                                HttpMethod.POST,
                                "/api/v1/revisions/{revision}:rollback",
                                "rollback",
                                "Makes a new revision with the content of an old one.")
                        .takes(
                                number,
                                Writes.DRY_RUN,
                                Writes.ALLOW_SHRINK,
                                Writes.MESSAGE,
                                Writes.AUTHOR)
                        .body(
                                MediaType.DOCUMENT,
                                Schemas.object(
                                        "May be left out.",
                                        Map.of("message", Schemas.text("Why.")),
                                        List.of()))
                        .answers(
                                200,
                                "Rolled back, or nothing differed.",
                                Schemas.ref("WriteResult"))
                        .blocking(this::rollback));
    }

    private Reply list(Call call) {
        Problems problems = Problems.collect();
        ResourceKey touching =
                call.has("resource")
                        ? resource(call.text("resource"), problems.at("resource"))
                        : null;
        int size = Listing.pageSize(call, problems);
        boolean plain = call.text("filter").isBlank() && call.text("orderBy").isBlank();
        long before = plain ? before(call.text("pageToken"), problems.at("pageToken")) : 0;
        if (problems.hasErrors()) {
            return Reply.malformed(problems.errors());
        }
        if (!plain) {
            Optional<Listing.Page<RevisionSummary>> page =
                    LISTING.page(everything(touching), call, DEFAULT_ORDER, problems);
            return page.isPresent()
                    ? Reply.ok(page.get().json(each -> summary(each).tree()))
                    : Reply.malformed(problems.errors());
        }
        RevisionPage page = store.revisions(new RevisionQuery(before, size, touching));
        String next = page.more() ? "r" + page.items().getLast().number() : "";
        return Reply.ok(
                Json.object()
                        .put("items", page.items().stream().map(RevisionApi::summary).toList())
                        .put("nextPageToken", next)
                        .put("totalSize", page.total()));
    }

    /** The whole history; it is bounded, and only searched by people. */
    private List<RevisionSummary> everything(@Nullable ResourceKey touching) {
        List<RevisionSummary> all = new ArrayList<>();
        RevisionPage page;
        long before = RevisionQuery.NEWEST;
        do {
            page = store.revisions(new RevisionQuery(before, RevisionQuery.COUNT_MAX, touching));
            all.addAll(page.items());
            before = all.isEmpty() ? before : all.getLast().number();
        } while (page.more());
        return all;
    }

    private static long before(String token, Problems problems) {
        if (token.isEmpty()) {
            return RevisionQuery.NEWEST;
        }
        if (!token.matches("r\\d{1,18}")) {
            problems.reject("BAD_PAGE_TOKEN", "is not a page token of this list");
            return 0;
        }
        return Long.parseLong(token.substring(1));
    }

    private static @Nullable ResourceKey resource(String text, Problems problems) {
        int slash = text.indexOf('/');
        Optional<Kind> kind = slash < 0 ? Optional.empty() : Kind.parse(text.substring(0, slash));
        if (kind.isEmpty()) {
            problems.reject("BAD_RESOURCE", "must be KIND/NAME, such as route/shop");
            return null;
        }
        return new ResourceKey(kind.get(), text.substring(slash + 1));
    }

    private Reply get(Call call) {
        OptionalLong number = number(call.path("revision"));
        if (number.isEmpty()) {
            return noNumber(call.path("revision"));
        }
        String view = call.text("view");
        if (view.equals("activation")) {
            return number.getAsLong() == 0 || number.getAsLong() > store.current().revision()
                    ? missing(number.getAsLong())
                    : Reply.ok(
                            Json.object()
                                    .put("revision", number.getAsLong())
                                    .put(
                                            "activation",
                                            NodeJson.activation(fleet.view(), number.getAsLong())));
        }
        if (!view.isEmpty() && !view.equals("full")) {
            Problems problems = Problems.collect();
            problems.at("view").reject("UNKNOWN_VALUE", "must be full or activation");
            return Reply.malformed(problems.errors());
        }
        return switch (store.revision(number.getAsLong())) {
            case Lookup.Found<Revision>(Revision revision) -> Reply.ok(full(revision));
            case Lookup.NotFound<Revision> missing -> missing(missing.revision());
            case Lookup.Gone<Revision> gone -> gone(gone.revision(), gone.oldest());
        };
    }

    private Json full(Revision revision) {
        return summary(revision.summary())
                .put("changes", revision.changes().stream().map(Writes::change).toList())
                .put("activation", NodeJson.activation(fleet.view(), revision.summary().number()));
    }

    private Reply diff(Call call) {
        OptionalLong from = number(call.path("from"));
        OptionalLong to = number(call.path("to"));
        if (from.isEmpty() || to.isEmpty()) {
            return noNumber(from.isEmpty() ? call.path("from") : call.path("to"));
        }
        return switch (store.diff(from.getAsLong(), to.getAsLong())) {
            case Lookup.Found<List<ResourceChange>>(List<ResourceChange> changes) ->
                    Reply.ok(
                            Json.object()
                                    .put("from", from.getAsLong())
                                    .put("to", to.getAsLong())
                                    .put("changes", changes.stream().map(Writes::change).toList()));
            case Lookup.NotFound<List<ResourceChange>> missing -> missing(missing.revision());
            case Lookup.Gone<List<ResourceChange>> gone -> gone(gone.revision(), gone.oldest());
        };
    }

    private Reply rollback(Call call) {
        Problems problems = Problems.collect();
        Optional<TextNode.Mapping> body = Bodies.optional(call, List.of("message"), problems);
        String message = body.map(mapping -> Bodies.text(mapping, "message", problems)).orElse("");
        OptionalLong number = number(call.path("revision"));
        if (number.isEmpty()) {
            return noNumber(call.path("revision"));
        }
        if (problems.hasErrors()) {
            return writes.malformed(problems, List.of(), Pointers.BODY);
        }
        return Writes.reply(
                writes.counted(
                        store.rollback(
                                new Rollback(
                                        number.getAsLong(),
                                        call.has("message") ? call.text("message") : message,
                                        call.author(),
                                        false,
                                        call.flag("dryRun"),
                                        call.flag("allowShrink")))),
                problems,
                Pointers.NONE);
    }

    /** As {@code revision, time, author, ...}. */
    static Json summary(RevisionSummary summary) {
        return Json.object()
                .put("revision", summary.number())
                .put("time", summary.time())
                .put("author", summary.author())
                .put("authorVerified", summary.authorVerified())
                .put("message", summary.message())
                .put("changed", summary.created() + summary.updated() + summary.deleted())
                .put("created", summary.created())
                .put("updated", summary.updated())
                .put("deleted", summary.deleted());
    }

    private static OptionalLong number(String text) {
        return text.matches("\\d{1,18}")
                ? OptionalLong.of(Long.parseLong(text))
                : OptionalLong.empty();
    }

    private static Reply noNumber(String text) {
        return Reply.refused(400, "MALFORMED", "\"" + text + "\" is not the number of a revision");
    }

    private Reply missing(long revision) {
        return Reply.notFound(
                "there is no revision "
                        + revision
                        + "; the newest is "
                        + store.current().revision());
    }

    private static Reply gone(long revision, long oldest) {
        return Reply.refused(
                410,
                "GONE",
                "revision " + revision + " is no longer kept; the history begins at " + oldest);
    }
}
