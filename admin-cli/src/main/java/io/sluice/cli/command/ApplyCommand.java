package io.sluice.cli.command;

import io.sluice.cli.client.RestException;
import io.sluice.cli.json.Json;
import io.sluice.cli.output.Terminal;
import io.sluice.cli.output.Tone;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.List;
import java.util.concurrent.Callable;

/** {@code sluicectl apply}: files to one revision, and until it is active. */
@Command(
        name = "apply",
        sortOptions = false,
        description = {
            "Store the resources in files as one change, and wait until it is active on all nodes.",
            "",
            "Everything is checked before anything is sent. Resources are created or updated, never"
                    + " deleted;",
            "where nothing differs there is no new revision. Should time run out, the change stays"
                    + " stored.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  sluicectl apply -f shop.yaml -m \"checkout v2\"",
            "  sluicectl apply -f config/ --timeout 2m",
            "  generate | sluicectl apply -f - --wait=false"
        })
final class ApplyCommand implements Callable<Integer> {
    private final Session session;

    @Mixin private final FileFlags files = new FileFlags();

    @Option(
            names = {"-m", "--message"},
            paramLabel = "TEXT",
            description = "Why, for the history, such as -m \"checkout v2\".")
    private String message = "";

    @Option(
            names = "--dry-run",
            description =
                    "Let the control plane check everything and say what would change; store"
                            + " nothing.")
    private boolean dryRun;

    @Mixin private final WaitFlags wait = new WaitFlags();

    @Mixin private final ForceFlags force = new ForceFlags();

    ApplyCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        Documents documents = files.read(session, ExitCode.ERROR);
        Json answer = send(documents);
        ChangeReport report = new ChangeReport(session);
        return dryRun ? report.dryRun(answer) : report.finish(answer, wait);
    }

    private Json send(Documents documents) {
        try {
            return session.client()
                    .post(
                            "/api/v1/changesets" + force.query(dryRun),
                            ChangeSets.of(message, documents.upserts()));
        } catch (RestException.Refused refused) {
            List<Json> problems = refused.problem().items("problems");
            if (problems.isEmpty()) {
                throw refused;
            }
            Terminal terminal = session.terminal();
            for (Json problem : problems) {
                terminal.message(
                        Tone.BAD, Terminal.printable(documents.locate(problem).toString()));
            }
            throw new CommandException(
                    Sluicectl.exitCode(refused.status()),
                    ChangeSets.conclusion(refused, problems.size()));
        }
    }
}
