package io.sluice.dataplane.l7.filter;

import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.proto.resource.v1.HeaderEdits;
import io.sluice.proto.resource.v1.RouteRule;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Compiles the filters of a rule into one flat chain. Pure. */
public final class FilterCompiler {
    private FilterCompiler() {}

    /**
     * The chain of a rule that the rules of routes accept.
     *
     * @param matchedLength bytes of the path prefix that the rule matches, for a rewrite of it
     */
    public static FilterChain compile(RouteRule rule, int matchedLength) {
        List<HttpFilter> filters = new ArrayList<>();
        if (rule.hasRewrite()) {
            filters.add(
                    new RewriteFilter(
                            matchedLength,
                            rule.getRewrite().getPrefix(),
                            rule.getRewrite().getHost()));
        }
        FieldEdits request = edits(rule.getRequestHeaders());
        FieldEdits response = edits(rule.getResponseHeaders());
        if (!request.isEmpty() || !response.isEmpty()) {
            filters.add(new HeaderFilter(request, response));
        }
        return FilterChain.of(filters);
    }

    private static FieldEdits edits(HeaderEdits config) {
        return new FieldEdits(
                config.getRemoveList().stream().map(HeaderName::of).toList(),
                lines(config.getSetMap()),
                lines(config.getAddMap()));
    }

    private static List<FieldEdits.Line> lines(Map<String, String> fields) {
        List<FieldEdits.Line> lines = new ArrayList<>(fields.size());
        fields.forEach(
                (name, value) ->
                        lines.add(
                                new FieldEdits.Line(
                                        HeaderName.of(name),
                                        value.getBytes(StandardCharsets.UTF_8))));
        return lines;
    }
}
