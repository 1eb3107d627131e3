package io.sluice.controlplane.api;

import io.sluice.controlplane.api.Listing.Field;
import io.sluice.controlplane.storage.CanaryMark;
import io.sluice.controlplane.storage.Operation;
import io.sluice.controlplane.storage.ResourceStore;
import io.sluice.controlplane.storage.StoreState;
import io.sluice.controlplane.storage.StoredResource;
import io.sluice.proto.DidYouMean;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.ResourceKey;
import io.sluice.proto.resource.SplitKey;
import io.sluice.proto.resource.Splits;
import io.sluice.proto.resource.TextNode;
import io.vertx.core.http.HttpMethod;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The weights of splits: canaries. */
final class SplitApi {
    private static final Listing<Canary> LISTING =
            new Listing<>(
                    "split",
                    "split",
                    Map.of(
                            "split", Field.text("ROUTE/RULE or listener:NAME[/RULE]", Canary::name),
                            "owned",
                                    Field.text(
                                            "true or false",
                                            canary -> Boolean.toString(canary.mark() != null)),
                            "cluster",
                                    Field.many("that shares", canary -> canary.split().clusters())),
                    null);

    private static final List<String> WEIGHTS_FIELDS =
            List.of("rule", "weights", "release", "message");

    private final ResourceStore store;
    private final Writes writes;

    SplitApi(ResourceStore store, Writes writes) {
        this.store = store;
        this.writes = writes;
    }

    private record Canary(Splits.Split split, long revision, @Nullable CanaryMark mark) {
        String name() {
            return split.key().name();
        }
    }

    List<RestOperation> operations() {
        return List.of(
                weights(Kind.ROUTE, "setRouteWeights"),
                weights(Kind.LISTENER, "setListenerWeights"),
                RestOperation.get(
                                "/api/v1/canaries",
                                "listCanaries",
                                "Lists all splits with their weights, and who owns them.")
                        .takes(LISTING.parameters())
                        .answers(200, "A page.", Schemas.page("Canary"))
                        .quick(this::canaries));
    }

    private RestOperation weights(Kind kind, String id) {
        return RestOperation.of(
                        HttpMethod.POST,
                        "/api/v1/" + kind.plural() + "/{name}:weights",
                        id,
                        "Sets the weights of a split and owns them from then on, or releases them.")
                .takes(
                        Parameter.path("name", "Name of the " + kind.singular() + "."),
                        Writes.DRY_RUN,
                        Writes.MESSAGE,
                        Writes.AUTHOR)
                .body(MediaType.DOCUMENT, Schemas.ref("WeightsRequest"))
                .answers(200, "Set, released, or nothing differed.", Schemas.ref("WriteResult"))
                .blocking(call -> setWeights(new ResourceKey(kind, call.path("name")), call));
    }

    private Reply setWeights(ResourceKey key, Call call) {
        StoredResource stored = store.current().get(key);
        if (stored == null) {
            List<String> names =
                    store.current().all(key.kind()).stream()
                            .map(each -> each.resource().name())
                            .toList();
            String hint = DidYouMean.hint(key.name(), names);
            return Reply.notFound("there is no " + key + (hint.isEmpty() ? "" : "; " + hint));
        }
        Problems problems = Problems.collect();
        Optional<TextNode.Mapping> body = Bodies.mapping(call, WEIGHTS_FIELDS, problems);
        if (body.isEmpty()) {
            return writes.malformed(problems, List.of(), Pointers.BODY);
        }
        String rule = Bodies.text(body.get(), "rule", problems);
        String message = Bodies.text(body.get(), "message", problems);
        boolean release = release(body.get(), problems.at("release"));
        Map<String, Integer> weights = shares(body.get(), problems.at("weights"));
        if (release == (body.get().get("weights") != null)) {
            problems.reject("WRONG_FIELDS", "needs exactly one of weights and release: true");
        }
        if (problems.hasErrors()) {
            return writes.malformed(problems, List.of(), Pointers.BODY);
        }
        Optional<SplitKey> split = split(stored, rule == null ? "" : rule, problems);
        if (split.isEmpty()) {
            return Reply.refused(
                    rule == null ? 422 : 404,
                    rule == null ? "INVALID" : "NOT_FOUND",
                    problems.errors(),
                    Pointers.BODY);
        }
        Operation operation =
                release
                        ? new Operation.ReleaseWeights(split.get().name())
                        : new Operation.SetWeights(split.get().name(), weights);
        String why = call.has("message") || message == null ? call.text("message") : message;
        return Writes.reply(writes.apply(call, List.of(operation), why), problems, Pointers.BODY);
    }

    /** The split that is meant; the only one where no rule is named. */
    private static Optional<SplitKey> split(StoredResource stored, String rule, Problems problems) {
        List<SplitKey> keys = Splits.of(stored.resource()).stream().map(Splits.Split::key).toList();
        List<String> rules = keys.stream().map(SplitKey::rule).toList();
        if (rule.isEmpty() && keys.size() == 1) {
            return Optional.of(keys.getFirst());
        }
        if (keys.isEmpty()) {
            problems.reject("NO_SPLIT", stored.resource().key() + " splits nothing");
            return Optional.empty();
        }
        if (rule.isEmpty()) {
            problems.at("rule")
                    .reject(
                            "MISSING",
                            "several rules split, one must be named",
                            "they are " + String.join(", ", rules));
            return Optional.empty();
        }
        if (!rules.contains(rule)) {
            String hint = DidYouMean.hint(rule, rules);
            problems.at("rule")
                    .reject(
                            "NO_SPLIT",
                            stored.resource().key() + " has no rule \"" + rule + "\" that splits",
                            hint.isEmpty() ? "these split: " + String.join(", ", rules) : hint);
            return Optional.empty();
        }
        return Optional.of(keys.get(rules.indexOf(rule)));
    }

    private static boolean release(TextNode.Mapping body, Problems problems) {
        TextNode value = body.get("release");
        if (value == null) {
            return false;
        }
        if (value instanceof TextNode.Scalar scalar && scalar.type() == TextNode.Type.BOOLEAN) {
            return scalar.text().equalsIgnoreCase("true");
        }
        problems.from(value.source())
                .reject("WRONG_TYPE", "must be true or false, not " + value.describe());
        return false;
    }

    private static Map<String, Integer> shares(TextNode.Mapping body, Problems problems) {
        Map<String, Integer> shares = new LinkedHashMap<>();
        TextNode value = body.get("weights");
        if (value == null) {
            return shares;
        }
        if (!(value instanceof TextNode.Mapping mapping) || mapping.fields().isEmpty()) {
            problems.from(value.source())
                    .reject("WRONG_TYPE", "must be a mapping of clusters to shares of 100");
            return shares;
        }
        for (TextNode.Field field : mapping.fields()) {
            Problems at = problems.at(field.key()).from(field.value().source());
            if (field.value() instanceof TextNode.Scalar scalar
                    && scalar.type() == TextNode.Type.NUMBER
                    && scalar.text().matches("\\d{1,9}")) {
                if (shares.putIfAbsent(field.key(), Integer.valueOf(scalar.text())) != null) {
                    at.reject("DUPLICATE_FIELD", "is there twice");
                }
            } else {
                at.reject("WRONG_TYPE", "must be a whole number from 0 to 100");
            }
        }
        return shares;
    }

    private Reply canaries(Call call) {
        StoreState state = store.current();
        List<Canary> all = new ArrayList<>();
        for (Kind kind : List.of(Kind.LISTENER, Kind.ROUTE)) {
            for (StoredResource stored : state.all(kind)) {
                for (Splits.Split split : Splits.of(stored.resource())) {
                    all.add(
                            new Canary(
                                    split,
                                    stored.revision(),
                                    state.canaries().get(split.key().name())));
                }
            }
        }
        Problems problems = Problems.collect();
        Optional<Listing.Page<Canary>> page = LISTING.page(all, call, "", problems);
        return page.isPresent()
                ? Reply.ok(page.get().json(each -> json(each).tree()))
                : Reply.malformed(problems.errors());
    }

    private static Json json(Canary canary) {
        List<Json> weights =
                canary.split().entries().stream()
                        .map(
                                entry ->
                                        Json.object()
                                                .put("cluster", entry.getCluster())
                                                .put("weight", entry.getWeight()))
                        .toList();
        CanaryMark mark = canary.mark();
        Json json =
                Json.object()
                        .put("split", canary.name())
                        .put("owned", mark != null)
                        .put("weights", weights);
        return mark == null
                ? json.put("revision", canary.revision())
                : json.put("since", mark.since())
                        .put("author", mark.author())
                        .put("revision", mark.revision());
    }
}
