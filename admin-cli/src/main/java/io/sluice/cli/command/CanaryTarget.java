package io.sluice.cli.command;

import io.sluice.cli.client.RestClient;
import io.sluice.cli.json.Json;
import io.sluice.proto.resource.SplitKey;

import java.util.Map;
import java.util.function.Consumer;

/**
 * The split that a word on the command line means.
 *
 * @param key the split; its rule may be empty where only one rule splits
 */
record CanaryTarget(SplitKey key) {

    /**
     * @throws CommandException usage, for anything but ROUTE, ROUTE/RULE and listener:NAME
     */
    static CanaryTarget parse(String text) {
        return SplitKey.parse(text)
                .map(CanaryTarget::new)
                .orElseThrow(
                        () ->
                                new CommandException(
                                        ExitCode.USAGE,
                                        "\""
                                                + text
                                                + "\" names no split: write ROUTE/RULE, ROUTE where"
                                                + " only one rule splits, or"
                                                + " listener:NAME[/RULE]"));
    }

    /** Where its weights are posted. */
    String path() {
        return Resources.path(key.resource().kind())
                + "/"
                + RestClient.escape(key.resource().name())
                + ":weights";
    }

    /** The body of that post, without a rule where none was named. */
    Json body(String message, Consumer<Map<String, Json>> rest) {
        return Json.object(
                body -> {
                    if (!key.rule().isEmpty()) {
                        body.put("rule", Json.of(key.rule()));
                    }
                    if (!message.isEmpty()) {
                        body.put("message", Json.of(message));
                    }
                    rest.accept(body);
                });
    }
}
