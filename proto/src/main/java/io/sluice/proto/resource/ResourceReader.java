package io.sluice.proto.resource;

import com.google.protobuf.Message;

import io.sluice.proto.DidYouMean;
import io.sluice.proto.Problems;
import io.sluice.proto.Source;
import io.sluice.proto.resource.TextNode.Field;
import io.sluice.proto.resource.TextNode.Mapping;
import io.sluice.proto.resource.TextNode.Scalar;
import io.sluice.proto.resource.v1.CertificateConfig;
import io.sluice.proto.resource.v1.ClusterConfig;
import io.sluice.proto.resource.v1.ListenerConfig;
import io.sluice.proto.resource.v1.ResourceConfig;
import io.sluice.proto.resource.v1.RouteConfig;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The outer form of a resource: kind, name, labels, spec. */
final class ResourceReader {
    private static final List<String> WRITTEN = List.of("kind", "name", "labels", "spec");
    private static final List<String> SHOWN =
            List.of("revision", "etag", "createTime", "updateTime", "status");

    private ResourceReader() {}

    static Optional<Resource> read(
            TextNode node, Optional<ResourceKey> expected, Problems problems) {
        if (!(node instanceof Mapping mapping)) {
            MessageReader.wrongType(node, "a resource (kind, name, spec)", problems);
            return Optional.empty();
        }
        Optional<Kind> kind = kind(mapping, expected, problems);
        Optional<String> name = name(mapping, expected, problems);
        if (kind.isEmpty() || name.isEmpty()) {
            return Optional.empty();
        }
        ResourceKey key = new ResourceKey(kind.get(), name.get());
        problems.sources().put(key, new Places(mapping));
        Problems inside = problems.in(key);
        if (expected.isPresent() && !expected.get().equals(key)) {
            inside.from(mapping.source())
                    .reject("KEY_MISMATCH", "the address names " + expected.get() + " instead");
        }
        checkFields(mapping, inside);
        return Optional.of(resource(key, mapping, inside));
    }

    private static Optional<Kind> kind(
            Mapping mapping, Optional<ResourceKey> expected, Problems problems) {
        TextNode node = mapping.get("kind");
        if (node == null) {
            if (expected.isEmpty()) {
                missing(mapping, "kind", "one of " + String.join(", ", Kind.titles()), problems);
            }
            return expected.map(ResourceKey::kind);
        }
        String text = node instanceof Scalar scalar ? scalar.text() : "";
        Optional<Kind> kind = Kind.parse(text);
        if (kind.isEmpty()) {
            String hint = DidYouMean.hint(text, Kind.titles());
            String known = "known: " + String.join(", ", Kind.titles());
            problems.at("kind")
                    .from(node.source())
                    .reject(
                            "UNKNOWN_KIND",
                            text.isEmpty()
                                    ? "is not a kind of resource"
                                    : "\""
                                            + Places.keyInPath(text).replace("\"", "")
                                            + "\" is not a kind of resource",
                            hint.isEmpty() ? known : hint);
        }
        return kind;
    }

    private static Optional<String> name(
            Mapping mapping, Optional<ResourceKey> expected, Problems problems) {
        TextNode node = mapping.get("name");
        if (node == null) {
            if (expected.isEmpty()) {
                missing(mapping, "name", "such as name: web", problems);
            }
            return expected.map(ResourceKey::name);
        }
        if (node instanceof Scalar scalar && scalar.type() == TextNode.Type.STRING) {
            return Optional.of(scalar.text());
        }
        String hint =
                node instanceof Scalar scalar && !scalar.isNull()
                        ? "write \"" + scalar.text() + "\" in quotes"
                        : "";
        problems.at("name")
                .from(node.source())
                .reject("WRONG_TYPE", "is " + node.describe() + ", not text", hint);
        return Optional.empty();
    }

    private static void missing(Mapping mapping, String field, String hint, Problems problems) {
        problems.at(field).from(mapping.source()).reject("REQUIRED", "is missing", hint);
    }

    private static void checkFields(Mapping mapping, Problems problems) {
        Map<String, Source> seen = new HashMap<>();
        for (Field field : mapping.fields()) {
            Source before = seen.putIfAbsent(field.key(), field.source());
            if (before != null) {
                MessageReader.duplicate(field, before, problems.at(Places.keyInPath(field.key())));
            } else if (!WRITTEN.contains(field.key()) && !isShown(field.key())) {
                unknownField(field, problems);
            }
        }
    }

    private static boolean isShown(String key) {
        return SHOWN.contains(key) || key.equals("create_time") || key.equals("update_time");
    }

    private static void unknownField(Field field, Problems problems) {
        String hint = DidYouMean.hint(field.key(), WRITTEN);
        boolean ofSpec =
                Arrays.stream(Kind.values())
                        .map(kind -> SpecTypes.of(kind).getDescriptorForType())
                        .anyMatch(type -> Schema.field(type, field.key()) != null);
        if (hint.isEmpty()) {
            hint = ofSpec ? "it belongs under spec" : "known here: kind, name, labels, spec";
        }
        problems.at(Places.keyInPath(field.key()))
                .from(field.source())
                .reject("UNKNOWN_FIELD", "is not a known field", hint);
    }

    private static Resource resource(ResourceKey key, Mapping mapping, Problems problems) {
        Message.Builder spec = SpecTypes.of(key.kind()).newBuilderForType();
        TextNode specNode = mapping.get("spec");
        if (specNode == null || (specNode instanceof Scalar scalar && scalar.isNull())) {
            problems.from(mapping.source()).reject("REQUIRED", "spec is missing");
        } else {
            MessageReader.read(specNode, spec, problems);
        }
        ResourceConfig.Builder config = ResourceConfig.newBuilder().setName(key.name());
        labels(mapping.get("labels"), config, problems);
        switch (spec.build()) {
            case ListenerConfig listener -> config.setListener(listener);
            case RouteConfig route -> config.setRoute(route);
            case ClusterConfig cluster -> config.setCluster(cluster);
            case CertificateConfig certificate -> config.setCertificate(certificate);
            default -> throw new IllegalStateException("no spec is a " + spec.getClass());
        }
        return Resource.of(config.build());
    }

    private static void labels(
            @Nullable TextNode node, ResourceConfig.Builder config, Problems problems) {
        if (node != null) {
            Field field = new Field("labels", node.source(), node);
            MessageReader.read(new Mapping(node.source(), List.of(field)), config, problems);
        }
    }

    /** The message type of each kind's spec. */
    private static final class SpecTypes {
        static Message of(Kind kind) {
            return switch (kind) {
                case LISTENER -> ListenerConfig.getDefaultInstance();
                case ROUTE -> RouteConfig.getDefaultInstance();
                case CLUSTER -> ClusterConfig.getDefaultInstance();
                case CERTIFICATE -> CertificateConfig.getDefaultInstance();
            };
        }
    }
}
