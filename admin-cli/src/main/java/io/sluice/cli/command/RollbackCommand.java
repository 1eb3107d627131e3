package io.sluice.cli.command;

import io.sluice.cli.json.Json;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.concurrent.Callable;

/** {@code sluicectl rollback}: everything as it was at an old revision. */
@Command(
        name = "rollback",
        sortOptions = false,
        description = {
            "Make everything as it was at an older revision, and wait until that is active.",
            "",
            "This is a new revision with the old content: the history stays. Canary weights go back"
                    + " as well.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  sluicectl history",
            "  sluicectl rollback 41 -m \"errors after 42\"",
            "  sluicectl rollback 41 --dry-run"
        })
final class RollbackCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(
            paramLabel = "REVISION",
            description = "The revision to go back to, as \"history\" lists it, such as 41.")
    private long revision;

    @Option(
            names = {"-m", "--message"},
            paramLabel = "TEXT",
            description = "Why, for the history, such as -m \"errors after 42\".")
    private String message = "";

    @Option(names = "--dry-run", description = "Say what would change; change nothing.")
    private boolean dryRun;

    @Mixin private final WaitFlags wait = new WaitFlags();

    @Option(
            names = "--allow-shrink",
            description =
                    "Allow it to remove more than a fifth of the listeners, routes or endpoints.")
    private boolean allowShrink;

    RollbackCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        Json body = Json.object(members -> members.put("message", Json.of(message)));
        ForceFlags force = new ForceFlags();
        force.allowShrink = allowShrink;
        Json answer =
                session.client()
                        .post(
                                "/api/v1/revisions/" + revision + ":rollback" + force.query(dryRun),
                                body);
        ChangeReport report = new ChangeReport(session);
        return dryRun ? report.dryRun(answer) : report.finish(answer, wait);
    }
}
