package io.sluice.proto.resource;

import com.google.protobuf.Message;

import io.sluice.proto.Limits;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.TextNode.Mapping;
import io.sluice.proto.resource.TextNode.Sequence;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Text to resources and back: YAML or JSON in proto3 JSON form, with the durations, sizes and enum
 * values of the schema. Driven by descriptors: a new field needs no line here. Any thread.
 *
 * <p>Decoding reports every problem with its place and path, and leaves the places in {@link
 * Problems#sources()}, so that what is found later is located too. A resource with problems is
 * still returned when its kind and name are known, so that {@code Rules.check} can add what else is
 * wrong with it; check {@link Problems#hasErrors()} before using any.
 */
public final class ResourceCodec {
    private ResourceCodec() {}

    /**
     * The resources of a text: YAML documents, or one JSON object, or a list of them in either. A
     * resource that occurs twice is a problem of code DUPLICATE_RESOURCE.
     */
    public static List<Resource> decodeDocuments(
            byte[] text, Format format, String fileName, Problems problems) {
        return decodeDocuments(TextNode.parse(text, format, fileName, problems), problems);
    }

    /**
     * Like {@link #decodeDocuments(byte[], Format, String, Problems)}, from trees, of several files
     * if need be.
     */
    public static List<Resource> decodeDocuments(List<TextNode> documents, Problems problems) {
        Map<ResourceKey, TextNode> seen = new HashMap<>();
        List<Resource> resources = new ArrayList<>();
        for (TextNode document : documents) {
            List<TextNode> items =
                    document instanceof Sequence sequence ? sequence.items() : List.of(document);
            for (TextNode item : items) {
                decodeResource(item, problems)
                        .filter(resource -> isFirst(resource, item, seen, problems))
                        .ifPresent(resources::add);
            }
        }
        if (resources.size() > Limits.RESOURCES_PER_TEXT_MAX) {
            problems.reject(
                    "TOO_LARGE",
                    "more than " + Limits.RESOURCES_PER_TEXT_MAX + " resources at once");
        }
        return resources;
    }

    /** One resource: kind, name, labels, spec; what reads add ({@link Extras}, etag) is ignored. */
    public static Optional<Resource> decodeResource(TextNode node, Problems problems) {
        return ResourceReader.read(node, Optional.empty(), problems);
    }

    /**
     * Like {@link #decodeResource(TextNode, Problems)} where the address has named the resource:
     * kind and name may be left out of the body, and must be equal otherwise (KEY_MISMATCH).
     */
    public static Optional<Resource> decodeResource(
            ResourceKey expected, TextNode node, Problems problems) {
        return ResourceReader.read(node, Optional.of(expected), problems);
    }

    /**
     * RFC 7396: the stored resource with a patch applied to its JSON form. Secrets stay unless
     * patched.
     */
    public static Optional<Resource> patch(Resource stored, TextNode patch, Problems problems) {
        if (!(patch instanceof Mapping)) {
            MessageReader.wrongType(patch, "a mapping", problems.in(stored.key()));
            return Optional.empty();
        }
        TextNode current = ResourceWriter.write(stored, Extras.NONE, true);
        return decodeResource(stored.key(), MergePatch.apply(current, patch), problems);
    }

    /** Fills any message from its proto3 JSON form; problems at the path of {@code problems}. */
    public static void decodeMessage(TextNode node, Message.Builder into, Problems problems) {
        MessageReader.read(node, into, problems);
    }

    /**
     * The tree of a resource: kind, name, labels, spec without secrets, then the extras and the
     * etag.
     */
    public static TextNode encode(Resource resource, Extras extras) {
        return ResourceWriter.write(resource, extras, false);
    }

    /** The tree of any message, without secrets. */
    public static TextNode encodeMessage(Message message) {
        return TextNode.of(MessageWriter.write(message, false));
    }

    /** {@link #encode} as indented JSON. */
    public static String encodeJson(Resource resource, Extras extras) {
        return encode(resource, extras).toJson();
    }

    /** {@link #encode} as a YAML document, without {@code ---}. */
    public static String encodeYaml(Resource resource, Extras extras) {
        return encode(resource, extras).toYaml();
    }

    private static boolean isFirst(
            Resource resource, TextNode item, Map<ResourceKey, TextNode> seen, Problems problems) {
        TextNode first = seen.putIfAbsent(resource.key(), item);
        if (first != null) {
            problems.in(resource.key())
                    .from(item.source())
                    .reject("DUPLICATE_RESOURCE", "is given twice, first at " + first.source());
        }
        return first == null;
    }
}
