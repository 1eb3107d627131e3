package io.sluice.dataplane.snapshot;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;

import io.sluice.proto.Problems;
import io.sluice.proto.discovery.v1.Endpoints;
import io.sluice.proto.discovery.v1.Entry;
import io.sluice.proto.discovery.v1.SplitWeights;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceKey;
import io.sluice.proto.resource.SplitKey;
import io.sluice.proto.resource.Splits;
import io.sluice.proto.resource.rules.Rules;
import io.sluice.proto.resource.v1.CertificateConfig;
import io.sluice.proto.resource.v1.ClusterConfig;
import io.sluice.proto.resource.v1.ListenerConfig;
import io.sluice.proto.resource.v1.RouteConfig;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Puts the entries of the wire together to the resources they were taken from. Pure; decodes only
 * what it is asked for, so that a resource whose digests are known costs nothing.
 */
public final class EntryCompiler {
    static final String KIND_CODE = "UNKNOWN_KIND";

    private EntryCompiler() {}

    /** Groups entries by the resource they describe; what fits nowhere is a problem. */
    static Map<Kind, SortedMap<String, EntryBundle>> bundle(
            Collection<Entry> entries, List<SnapshotProblem> problems) {
        Map<Kind, SortedMap<String, EntryBundle>> bundles = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            bundles.put(kind, new TreeMap<>());
        }
        for (Entry entry : entries) {
            ResourceKey owner = owner(entry);
            if (owner == null) {
                problems.add(
                        new SnapshotProblem(
                                entry.getKind(),
                                entry.getName(),
                                "",
                                KIND_CODE,
                                "entries of this kind and form are unknown to this version of the"
                                        + " node"));
                continue;
            }
            EntryBundle bundle =
                    bundles.computeIfAbsent(owner.kind(), kind -> new TreeMap<>())
                            .computeIfAbsent(owner.name(), name -> new EntryBundle());
            EntryBundle.Piece piece = new EntryBundle.Piece(entry.getDigest(), entry.getBody());
            if (entry.getKind().equals(owner.kind().singular())) {
                bundle.body = piece;
            } else {
                bundle.parts.put(entry.getName(), piece);
            }
        }
        return bundles;
    }

    /**
     * The resource of a bundle, checked by the rules of its kind.
     *
     * @return empty where it cannot even be read; otherwise to be used only if no error was added
     */
    static Optional<Resource> compile(ResourceKey key, EntryBundle bundle, Problems problems) {
        EntryBundle.Piece body = bundle.body;
        if (body == null) {
            problems.reject(
                    "MISSING_ENTRY", "there are endpoints or weights for it, but not itself");
            return Optional.empty();
        }
        int errors = problems.errors().size();
        Optional<Resource> resource =
                switch (key.kind()) {
                    case LISTENER ->
                            decode(ListenerConfig.parser(), body.body(), problems)
                                    .map(spec -> Resource.listener(key.name(), spec))
                                    .map(listener -> withWeights(listener, bundle, problems));
                    case ROUTE ->
                            decode(RouteConfig.parser(), body.body(), problems)
                                    .map(spec -> Resource.route(key.name(), spec))
                                    .map(route -> withWeights(route, bundle, problems));
                    case CLUSTER ->
                            decode(ClusterConfig.parser(), body.body(), problems)
                                    .map(
                                            spec ->
                                                    Resource.cluster(
                                                            key.name(),
                                                            withEndpoints(spec, bundle, problems)));
                    case CERTIFICATE ->
                            decode(CertificateConfig.parser(), body.body(), problems)
                                    .map(spec -> Resource.certificate(key.name(), spec));
                };
        if (resource.isPresent() && problems.errors().size() == errors) {
            Rules.check(resource.get(), problems);
        }
        return resource;
    }

    /** All resources of some entries, for showing; what cannot be read is left out. */
    public static List<Resource> resources(Collection<Entry> entries) {
        List<Resource> resources = new ArrayList<>();
        bundle(entries, new ArrayList<>())
                .forEach(
                        (kind, byName) ->
                                byName.forEach(
                                        (name, bundle) -> {
                                            ResourceKey key = new ResourceKey(kind, name);
                                            compile(key, bundle, Problems.collect().in(key))
                                                    .ifPresent(resources::add);
                                        }));
        return resources;
    }

    private static @Nullable ResourceKey owner(Entry entry) {
        return switch (entry.getKind()) {
            case "listener" -> new ResourceKey(Kind.LISTENER, entry.getName());
            case "route" -> new ResourceKey(Kind.ROUTE, entry.getName());
            case "certificate" -> new ResourceKey(Kind.CERTIFICATE, entry.getName());
            case "cluster", "endpoints" -> new ResourceKey(Kind.CLUSTER, entry.getName());
            case "weights" -> SplitKey.parse(entry.getName()).map(SplitKey::resource).orElse(null);
            default -> null;
        };
    }

    private static Resource withWeights(Resource resource, EntryBundle bundle, Problems problems) {
        Resource weighted = resource;
        for (Map.Entry<String, EntryBundle.Piece> part : bundle.parts.entrySet()) {
            Problems at = problems.at("weights[\"" + part.getKey() + "\"]");
            Optional<SplitWeights> weights =
                    decode(SplitWeights.parser(), part.getValue().body(), at);
            Optional<SplitKey> key = SplitKey.parse(part.getKey());
            if (weights.isEmpty() || key.isEmpty()) {
                continue;
            }
            try {
                weighted = Splits.withWeights(weighted, key.get(), weights.get().getWeightsList());
            } catch (IllegalArgumentException e) {
                at.reject(
                        "WEIGHTS_MISMATCH",
                        e.getMessage() == null ? "do not fit the split" : e.getMessage());
            }
        }
        return weighted;
    }

    private static ClusterConfig withEndpoints(
            ClusterConfig spec, EntryBundle bundle, Problems problems) {
        ClusterConfig.Builder whole = spec.toBuilder();
        for (EntryBundle.Piece part : bundle.parts.values()) {
            decode(Endpoints.parser(), part.body(), problems)
                    .ifPresent(
                            endpoints ->
                                    whole.clearEndpoints()
                                            .addAllEndpoints(endpoints.getEndpointsList()));
        }
        return whole.build();
    }

    private static <M extends Message> Optional<M> decode(
            Parser<M> parser, ByteString body, Problems problems) {
        try {
            M message = parser.parseFrom(body);
            UnknownFields.check(message, problems);
            return Optional.of(message);
        } catch (InvalidProtocolBufferException e) {
            problems.reject("MALFORMED", "cannot be decoded: " + e.getMessage());
            return Optional.empty();
        }
    }
}
