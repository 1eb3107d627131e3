package io.sluice.controlplane.api;

import io.sluice.proto.Problem;
import io.sluice.proto.Source;
import io.sluice.proto.resource.ResourceKey;

import java.util.Collection;
import java.util.List;

/**
 * Problems as JSON: RFC 9457 documents, and the entries of {@code problems} and {@code warnings}.
 */
final class ProblemJson {
    static final String MEDIA_TYPE = "application/problem+json";

    private ProblemJson() {}

    /** The document of a refusal. */
    static Json document(Reply.Refused refused) {
        return Json.object()
                .put("type", "about:blank")
                .put("title", title(refused.status()))
                .put("status", refused.status())
                .put("code", refused.code())
                .put("detail", refused.detail())
                .put("problems", list(refused.problems(), refused.pointers()));
    }

    static List<Json> list(Collection<Problem> problems, Pointers pointers) {
        return problems.stream().map(problem -> one(problem, pointers)).toList();
    }

    static Json one(Problem problem, Pointers pointers) {
        Json json = Json.object();
        ResourceKey key = problem.resource();
        if (key != null) {
            json.put("kind", key.kind().title()).put("name", key.name());
        }
        json.putText("field", problem.field());
        json.putText("pointer", pointers.of(problem));
        json.put("code", problem.code()).put("message", problem.message());
        json.putText("hint", problem.hint());
        Source source = problem.source();
        if (source != null) {
            json.putText("file", source.file());
            json.put("line", source.line()).put("column", source.column());
        }
        return json;
    }

    private static String title(int status) {
        return switch (status) {
            case 400 -> "Malformed request";
            case 403 -> "Not permitted";
            case 404 -> "Not found";
            case 405 -> "Method not allowed";
            case 406 -> "Not acceptable";
            case 408 -> "Request timeout";
            case 409 -> "Conflict";
            case 410 -> "Gone";
            case 412 -> "Precondition failed";
            case 413 -> "Content too large";
            case 414 -> "URI too long";
            case 415 -> "Unsupported media type";
            case 422 -> "Invalid resources";
            case 431 -> "Request header fields too large";
            case 503 -> "Unavailable";
            default -> status >= 500 ? "Internal error" : "Refused";
        };
    }
}
