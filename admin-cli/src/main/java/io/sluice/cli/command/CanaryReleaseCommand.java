package io.sluice.cli.command;

import io.sluice.cli.json.Json;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.concurrent.Callable;

/** {@code sluicectl canary release}: hands the weights back to whoever applies the files. */
@Command(
        name = "release",
        sortOptions = false,
        description = {
            "End a canary: its weights stay as they are, and an apply may change them again.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = "  sluicectl canary release shop/checkout")
final class CanaryReleaseCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(
            paramLabel = "ROUTE[/RULE]",
            description =
                    "The split: shop/checkout, shop where only one rule splits, or"
                            + " listener:postgres.")
    private String target = "";

    @Option(
            names = {"-m", "--message"},
            paramLabel = "TEXT",
            description = "Why, for the history, such as -m \"v2 stays\".")
    private String message = "";

    @Mixin private final WaitFlags wait = new WaitFlags();

    CanaryReleaseCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        CanaryTarget split = CanaryTarget.parse(target);
        Json answer =
                session.client()
                        .post(
                                split.path(),
                                split.body(message, body -> body.put("release", Json.of(true))));
        ChangeReport report = new ChangeReport(session);
        if (!answer.items("changed").isEmpty()) {
            return report.finish(answer, wait);
        }
        report.warnings(answer);
        session.printTree(answer);
        session.terminal().message("released " + split.key().name() + "; its weights stay");
        return ExitCode.OK;
    }
}
