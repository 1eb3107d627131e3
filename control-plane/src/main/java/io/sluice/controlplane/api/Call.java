package io.sluice.controlplane.api;

import io.sluice.proto.DidYouMean;
import io.sluice.proto.Problems;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request as an operation sees it: parameters by name, checked, and the body. Read-only; may be
 * handed to a worker.
 */
final class Call {
    private static final String AUTHOR_UNKNOWN = "unknown";

    private final Map<String, String> path;
    private final MultiMap query;
    private final MultiMap headers;
    private final byte[] body;
    private final String uriPath;

    private Call(
            Map<String, String> path,
            MultiMap query,
            MultiMap headers,
            byte[] body,
            String uriPath) {
        this.path = path;
        this.query = query;
        this.headers = headers;
        this.body = body;
        this.uriPath = uriPath;
    }

    /** The call of a request whose body, if any, was read. */
    static Call of(RoutingContext context) {
        Buffer buffer = context.body() == null ? null : context.body().buffer();
        return new Call(
                Map.copyOf(context.pathParams()),
                context.queryParams(),
                context.request().headers(),
                buffer == null ? new byte[0] : buffer.getBytes(),
                context.normalizedPath());
    }

    /** Everything that is wrong with the query. */
    static Problems check(RoutingContext context, RestOperation operation) {
        Problems problems = Problems.collect();
        List<Parameter> known = new ArrayList<>();
        for (Parameter parameter : operation.parameters()) {
            if (parameter.place() == Parameter.Place.QUERY) {
                known.add(parameter);
            }
        }
        MultiMap query = context.queryParams();
        for (String name : query.names()) {
            checkParameter(name, query.getAll(name), known, problems.at(name));
        }
        return problems;
    }

    private static void checkParameter(
            String name, List<String> values, List<Parameter> known, Problems problems) {
        Optional<Parameter> parameter =
                known.stream().filter(each -> each.name().equals(name)).findFirst();
        if (parameter.isEmpty()) {
            List<String> names = known.stream().map(Parameter::name).toList();
            String hint = DidYouMean.hint(name, names);
            problems.reject(
                    "UNKNOWN_PARAMETER",
                    "is not a parameter here",
                    !hint.isEmpty() || names.isEmpty()
                            ? hint
                            : "known are " + String.join(", ", names));
            return;
        }
        if (values.size() > 1) {
            problems.reject("DUPLICATE_PARAMETER", "is given " + values.size() + " times");
            return;
        }
        checkValue(values.getFirst(), parameter.get().type(), problems);
    }

    private static void checkValue(String value, Parameter.Type type, Problems problems) {
        boolean good =
                switch (type) {
                    case TEXT -> true;
                    case BOOLEAN ->
                            value.isEmpty() || value.equals("true") || value.equals("false");
                    case INTEGER -> value.matches("\\d{1,18}");
                    case DURATION -> true; // the operation that takes it knows its bounds
                };
        if (!good) {
            problems.reject(
                    "WRONG_TYPE",
                    "\""
                            + value
                            + "\" is not "
                            + (type == Parameter.Type.BOOLEAN
                                    ? "true or false"
                                    : "a number from 0"));
        }
    }

    /** The path of the request. */
    String uriPath() {
        return uriPath;
    }

    /** A placeholder of the path. */
    String path(String name) {
        return path.getOrDefault(name, "");
    }

    /** A query parameter; empty if not given. */
    String text(String name) {
        String value = query.get(name);
        return value == null ? "" : value;
    }

    /** Whether a query parameter is given. */
    boolean has(String name) {
        return query.contains(name);
    }

    /** A boolean query parameter; its name alone means true. */
    boolean flag(String name) {
        return query.contains(name) && !text(name).equals("false");
    }

    /** A number from the query. */
    long number(String name, long otherwise) {
        return has(name) ? Long.parseLong(text(name)) : otherwise;
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** What the client says who it is; not verified. */
    String author() {
        return header("Sluice-Author")
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .orElse(AUTHOR_UNKNOWN);
    }

    byte[] body() {
        return body;
    }

    /** The format of the body; checked before the operation runs. */
    MediaType bodyType() {
        return MediaType.ofContentType(headers.get("Content-Type")).orElse(MediaType.JSON);
    }
}
