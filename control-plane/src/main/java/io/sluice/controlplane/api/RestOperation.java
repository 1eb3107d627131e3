package io.sluice.controlplane.api;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One method on one path: what it does, and what {@code openapi.json} says about it. Immutable.
 *
 * @param method GET serves HEAD as well
 * @param template such as {@code /api/v1/routes/{name}:weights}
 * @param id unique; {@code operationId} in the document
 * @param summary one sentence
 * @param parameters all it takes; a query parameter that is not listed is refused
 * @param request the body it takes; null for none
 * @param answers what it may answer
 * @param work what it does
 */
record RestOperation(
        HttpMethod method,
        String template,
        String id,
        String summary,
        List<Parameter> parameters,
        @Nullable Content request,
        List<Answer> answers,
        Work work) {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\w+)}");

    /** Where and how the work is done. */
    sealed interface Work {
        /** From memory, on the event loop. */
        record Quick(Function<Call, Reply> handler) implements Work {}

        /** May block; on a worker. */
        record Blocking(Function<Call, Reply> handler) implements Work {}

        /** Writes its own response, on the event loop. */
        record Streaming(Consumer<RoutingContext> handler) implements Work {}
    }

    /** A body: its media types, and its JSON schema. */
    record Content(List<String> mediaTypes, Json schema) {}

    /** An answer; without content it has no body. */
    record Answer(int status, String description, @Nullable Content content) {}

    static Builder get(String template, String id, String summary) {
        return new Builder(HttpMethod.GET, template, id, summary);
    }

    static Builder of(HttpMethod method, String template, String id, String summary) {
        return new Builder(method, template, id, summary);
    }

    /** The template as a regular expression whose groups are named like its placeholders. */
    Pattern path() {
        Matcher placeholders = PLACEHOLDER.matcher(template);
        StringBuilder regex = new StringBuilder();
        int from = 0;
        while (placeholders.find()) {
            regex.append(Pattern.quote(template.substring(from, placeholders.start())));
            regex.append("(?<").append(placeholders.group(1)).append(">[^/:]+?)");
            from = placeholders.end();
        }
        return Pattern.compile(regex.append(Pattern.quote(template.substring(from))).toString());
    }

    /** Puts an operation together. */
    static final class Builder {
        private final HttpMethod method;
        private final String template;
        private final String id;
        private final String summary;
        private final List<Parameter> parameters = new ArrayList<>();
        private final List<Answer> answers = new ArrayList<>();
        private @Nullable Content request;

        private Builder(HttpMethod method, String template, String id, String summary) {
            this.method = method;
            this.template = template;
            this.id = id;
            this.summary = summary;
        }

        Builder takes(Parameter... more) {
            return takes(List.of(more));
        }

        Builder takes(List<Parameter> more) {
            parameters.addAll(more);
            return this;
        }

        Builder body(List<String> mediaTypes, Json schema) {
            request = new Content(mediaTypes, schema);
            return this;
        }

        Builder answers(int status, String description, List<String> types, Json schema) {
            answers.add(new Answer(status, description, new Content(types, schema)));
            return this;
        }

        /** A document, as JSON or YAML. */
        Builder answers(int status, String description, Json schema) {
            return answers(status, description, MediaType.DOCUMENT, schema);
        }

        Builder answers(int status, String description) {
            answers.add(new Answer(status, description, null));
            return this;
        }

        RestOperation quick(Function<Call, Reply> handler) {
            return build(new Work.Quick(handler));
        }

        RestOperation blocking(Function<Call, Reply> handler) {
            return build(new Work.Blocking(handler));
        }

        RestOperation streaming(Consumer<RoutingContext> handler) {
            return build(new Work.Streaming(handler));
        }

        private RestOperation build(Work work) {
            return new RestOperation(
                    method,
                    template,
                    id,
                    summary,
                    List.copyOf(parameters),
                    request,
                    List.copyOf(answers),
                    work);
        }
    }
}
