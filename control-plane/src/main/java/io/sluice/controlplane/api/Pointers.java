package io.sluice.controlplane.api;

import io.sluice.proto.Problem;
import io.sluice.proto.resource.ResourceKey;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the resources of a request body stand in it, to turn a problem's field path into a JSON
 * pointer (RFC 6901).
 *
 * @param places by resource, the pointer of its object: "" for a body that is one resource, {@code
 *     /operations/3/upsert} in a change set
 * @param body whether problems without a resource are about the body, not the query
 */
record Pointers(Map<ResourceKey, String> places, boolean body) {
    /** For requests without a body. */
    static final Pointers NONE = new Pointers(Map.of(), false);

    /** For bodies of which no resource could be read. */
    static final Pointers BODY = new Pointers(Map.of(), true);

    private static final Pattern STEP =
            Pattern.compile("\\.?([^.\\[\\]]+)|\\[(\\d+)]|\\[\"((?:[^\"\\\\]|\\\\.)*)\"]");

    /** Copies the map. */
    Pointers {
        places = Map.copyOf(places);
    }

    static Pointers single(ResourceKey key) {
        return new Pointers(Map.of(key, ""), true);
    }

    /** The pointer to the field of a problem; empty where the problem is not about the body. */
    String of(Problem problem) {
        ResourceKey key = problem.resource();
        if (key == null) {
            return body ? pointer(problem.field()) : "";
        }
        String place = places.get(key);
        if (place == null) {
            return "";
        }
        if (problem.field().isEmpty()) {
            return place.isEmpty() ? "/spec" : place;
        }
        return place + (aboveSpec(problem.field()) ? "" : "/spec") + pointer(problem.field());
    }

    /** {@code rules[3].name} as {@code /rules/3/name}. */
    static String pointer(String field) {
        StringBuilder pointer = new StringBuilder();
        Matcher steps = STEP.matcher(field);
        while (steps.find()) {
            String step = steps.group(1) != null ? steps.group(1) : steps.group(2);
            if (step == null) {
                step = steps.group(3).replace("\\\"", "\"");
            }
            pointer.append('/').append(step.replace("~", "~0").replace("/", "~1"));
        }
        return pointer.toString();
    }

    private static boolean aboveSpec(String field) {
        return field.equals("kind")
                || field.equals("name")
                || field.equals("labels")
                || field.startsWith("labels[")
                || field.startsWith("labels.")
                || field.equals("spec")
                || field.startsWith("spec.");
    }
}
