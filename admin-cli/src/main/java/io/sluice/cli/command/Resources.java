package io.sluice.cli.command;

import io.sluice.cli.json.Json;
import io.sluice.proto.DidYouMean;
import io.sluice.proto.resource.Kind;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Resources as the REST API gives them, and finding out which one a user means. */
final class Resources {
    private static final String[] READ_ONLY = {
        "revision", "etag", "createTime", "updateTime", "status"
    };

    private Resources() {}

    /** The kind that a word on the command line names. */
    static Kind kind(String word) {
        return Kind.parse(word).orElseThrow(() -> unknownKind(word, List.of()));
    }

    /** The complaint about a word that names no kind, where some others are taken too. */
    static CommandException unknownKind(String word, List<String> others) {
        List<String> known =
                new ArrayList<>(Arrays.stream(Kind.values()).map(Kind::plural).toList());
        known.addAll(others);
        List<String> candidates = new ArrayList<>(known);
        candidates.addAll(Arrays.stream(Kind.values()).map(Kind::singular).toList());
        String hint = DidYouMean.hint(word, candidates);
        return new CommandException(
                ExitCode.USAGE,
                "unknown kind \""
                        + word
                        + "\"; "
                        + (hint.isEmpty() ? "there are " + String.join(", ", known) : hint));
    }

    /** The path of all of a kind. */
    static String path(Kind kind) {
        return "/api/v1/" + kind.plural();
    }

    /** What somebody wrote of a resource: without what reading it adds. */
    static Json written(Json resource) {
        return resource.without(READ_ONLY);
    }

    /** {@code route/shop}. */
    static String name(Kind kind, Json resource) {
        return kind.singular() + "/" + resource.text("name");
    }

    /** {@code a=1,b=2}, "-" for none. */
    static String labels(Json labels) {
        List<String> pairs = new ArrayList<>();
        labels.members().forEach((name, value) -> pairs.add(name + "=" + value.text()));
        return orDash(String.join(",", pairs));
    }

    /** The texts of a list with commas, "-" for none. */
    static String list(Json list) {
        return orDash(String.join(",", list.items().stream().map(Json::text).toList()));
    }

    static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }
}
