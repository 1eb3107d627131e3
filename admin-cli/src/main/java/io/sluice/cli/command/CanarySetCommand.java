package io.sluice.cli.command;

import io.sluice.cli.client.RestClient;
import io.sluice.cli.json.Json;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** {@code sluicectl canary set}: gives clusters of a split their share of 100. */
@Command(
        name = "set",
        sortOptions = false,
        description = {
            "Give the named clusters their share of 100; the others share the rest as they did"
                    + " before.",
            "",
            "Returns when every connected node sends new requests by the new weights.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  sluicectl canary set shop/checkout checkout-v2=10",
            "  sluicectl canary set shop checkout-v2=100 -m \"all in\"   # only one rule of shop"
                    + " splits",
            "  sluicectl canary set listener:postgres postgres-17=5"
        })
final class CanarySetCommand implements Callable<Integer> {
    private static final int SHARE_MAX = 100;

    private final Session session;

    @Parameters(
            index = "0",
            paramLabel = "ROUTE[/RULE]",
            description =
                    "The split: shop/checkout, shop where only one rule splits, or"
                            + " listener:postgres.")
    private String target = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "CLUSTER=SHARE",
            description =
                    "A cluster and its share of 100, such as checkout-v2=10 or checkout-v2=10%%.")
    private List<String> shares = List.of();

    @Option(
            names = {"-m", "--message"},
            paramLabel = "TEXT",
            description = "Why, for the history, such as -m \"first users\".")
    private String message = "";

    @Mixin private final WaitFlags wait = new WaitFlags();

    CanarySetCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        CanaryTarget split = CanaryTarget.parse(target);
        Map<String, Integer> weights = weights(shares);
        Json answer =
                session.client()
                        .post(
                                split.path(),
                                split.body(
                                        message,
                                        body ->
                                                body.put(
                                                        "weights",
                                                        Json.object(
                                                                members ->
                                                                        weights.forEach(
                                                                                (cluster, share) ->
                                                                                        members.put(
                                                                                                cluster,
                                                                                                Json
                                                                                                        .of(
                                                                                                                share)))))));
        int exitCode = new ChangeReport(session).finish(answer, wait);
        if (exitCode == ExitCode.OK) {
            tell(split);
        }
        return exitCode;
    }

    /** What became of the others' shares. */
    private void tell(CanaryTarget split) {
        String filter = RestClient.escape("split:\"" + split.key().name() + "\"");
        for (Json canary : session.client().list("/api/v1/canaries?filter=" + filter)) {
            String name = canary.text("split");
            if (canary.flag("owned") && (name + "/").startsWith(split.key().name() + "/")) {
                session.terminal()
                        .message(name + " " + ResourceTable.weights(canary.items("weights")));
            }
        }
    }

    /**
     * What {@code CLUSTER=SHARE} words say, in their order.
     *
     * @throws CommandException usage, for words that say something else, or more than 100 together
     */
    static Map<String, Integer> weights(List<String> words) {
        Map<String, Integer> weights = new LinkedHashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals <= 0) {
                throw usage("\"" + word + "\" is not CLUSTER=SHARE, such as checkout-v2=10");
            }
            String cluster = word.substring(0, equals);
            if (weights.put(cluster, share(word, word.substring(equals + 1))) != null) {
                throw usage("cluster " + cluster + " is named twice");
            }
        }
        int sum = weights.values().stream().mapToInt(Integer::intValue).sum();
        if (sum > SHARE_MAX) {
            throw usage("the shares add up to " + sum + ", which is more than 100");
        }
        return weights;
    }

    private static int share(String word, String text) {
        String digits = text.endsWith("%") ? text.substring(0, text.length() - 1) : text;
        if (!digits.matches("\\d{1,3}") || Integer.parseInt(digits) > SHARE_MAX) {
            throw usage("\"" + word + "\": the share must be a whole number from 0 to 100");
        }
        return Integer.parseInt(digits);
    }

    private static CommandException usage(String message) {
        return new CommandException(ExitCode.USAGE, message);
    }
}
