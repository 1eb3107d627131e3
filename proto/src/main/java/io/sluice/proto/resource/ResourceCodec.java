package io.sluice.proto.resource;

import com.google.protobuf.Message;

import io.sluice.proto.Problems;

import java.util.List;
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
        throw new UnsupportedOperationException("next commit");
    }

    /** One resource: kind, name, labels, spec; what reads add ({@link Extras}, etag) is ignored. */
    public static Optional<Resource> decodeResource(TextNode node, Problems problems) {
        throw new UnsupportedOperationException("next commit");
    }

    /**
     * Like {@link #decodeResource(TextNode, Problems)} where the address has named the resource:
     * kind and name may be left out of the body, and must be equal otherwise (KEY_MISMATCH).
     */
    public static Optional<Resource> decodeResource(
            ResourceKey expected, TextNode node, Problems problems) {
        throw new UnsupportedOperationException("next commit");
    }

    /**
     * RFC 7396: the stored resource with a patch applied to its JSON form. Secrets stay unless
     * patched.
     */
    public static Optional<Resource> patch(Resource stored, TextNode patch, Problems problems) {
        throw new UnsupportedOperationException("next commit");
    }

    /** Fills any message from its proto3 JSON form; problems at the path of {@code problems}. */
    public static void decodeMessage(TextNode node, Message.Builder into, Problems problems) {
        throw new UnsupportedOperationException("next commit");
    }

    /**
     * The tree of a resource: kind, name, labels, spec without secrets, then the extras and the
     * etag.
     */
    public static TextNode encode(Resource resource, Extras extras) {
        throw new UnsupportedOperationException("next commit");
    }

    /** The tree of any message, without secrets. */
    public static TextNode encodeMessage(Message message) {
        throw new UnsupportedOperationException("next commit");
    }

    /** {@link #encode} as indented JSON. */
    public static String encodeJson(Resource resource, Extras extras) {
        return encode(resource, extras).toJson();
    }

    /** {@link #encode} as a YAML document, without {@code ---}. */
    public static String encodeYaml(Resource resource, Extras extras) {
        return encode(resource, extras).toYaml();
    }
}
