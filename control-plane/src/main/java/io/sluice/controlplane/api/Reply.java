package io.sluice.controlplane.api;

import io.sluice.proto.Problem;
import io.sluice.proto.resource.TextNode;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What an operation answers, before it is rendered. Immutable. */
sealed interface Reply {
    int status();

    Map<String, String> headers();

    /** A JSON or YAML document, as the client prefers. */
    record Document(int status, Map<String, String> headers, TextNode body) implements Reply {
        Document with(String header, String value) {
            return new Document(status, more(headers, header, value), body);
        }
    }

    /** A text of its own type. */
    @SuppressWarnings("ArrayRecordComponent") // Handed over once and never compared.
    record Text(int status, Map<String, String> headers, String mediaType, byte[] body)
            implements Reply {}

    /** No body. */
    record Empty(int status, Map<String, String> headers) implements Reply {}

    /**
     * A refusal, rendered as {@code application/problem+json}.
     *
     * @param code stable, upper case
     * @param detail one sentence for people
     * @param problems all that is wrong; may be empty where the detail says it
     * @param pointers where in the body the resources of the problems stand
     */
    record Refused(
            int status,
            Map<String, String> headers,
            String code,
            String detail,
            List<Problem> problems,
            Pointers pointers)
            implements Reply {
        Refused with(String header, String value) {
            return new Refused(
                    status, more(headers, header, value), code, detail, problems, pointers);
        }
    }

    static Document ok(Json body) {
        return document(200, body.tree());
    }

    static Document document(int status, TextNode body) {
        return new Document(status, Map.of(), body);
    }

    static Refused refused(int status, String code, String detail) {
        return new Refused(status, Map.of(), code, detail, List.of(), Pointers.NONE);
    }

    static Refused refused(int status, String code, List<Problem> problems, Pointers pointers) {
        String detail = problems.isEmpty() ? code : problems.getFirst().toString();
        if (problems.size() > 1) {
            detail += " (and " + (problems.size() - 1) + " more)";
        }
        return new Refused(status, Map.of(), code, detail, List.copyOf(problems), pointers);
    }

    /** A request that could not be understood. */
    static Refused malformed(List<Problem> problems) {
        return refused(400, "MALFORMED", problems, Pointers.NONE);
    }

    static Refused notFound(String detail) {
        return refused(404, "NOT_FOUND", detail);
    }

    private static Map<String, String> more(
            Map<String, String> headers, String name, String value) {
        Map<String, String> more = new HashMap<>(headers);
        more.put(name, value);
        return Map.copyOf(more);
    }
}
