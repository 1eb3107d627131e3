package io.sluice.cli.command;

import io.sluice.cli.output.Figures;
import io.sluice.cli.output.Terminal;
import io.sluice.cli.output.Tone;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.util.concurrent.Callable;

/** {@code sluicectl validate}: what can be said about files without a control plane. */
@Command(
        name = "validate",
        sortOptions = false,
        description = {
            "Check files offline, with the very rules of the control plane, and name every problem"
                    + " with its place.",
            "",
            "What refers to resources outside the files is a warning, since they may be stored"
                    + " already. Exit code",
            "2 where there are problems.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  sluicectl validate -f config/",
            "  git show :shop.yaml | sluicectl validate -f -"
        })
final class ValidateCommand implements Callable<Integer> {
    private final Session session;

    @Mixin private final FileFlags files = new FileFlags();

    ValidateCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Documents documents = files.read(session).checkDates(session.now());
        Terminal terminal = session.terminal();
        documents
                .warnings()
                .forEach(
                        problem ->
                                terminal.message(
                                        Tone.WARNING,
                                        "warning: " + Terminal.printable(problem.toString())));
        // Findings are what this command is for: they are its data.
        documents
                .errors()
                .forEach(
                        problem ->
                                terminal.line(
                                        terminal.paint(
                                                Tone.BAD, Terminal.printable(problem.toString()))));
        if (!documents.errors().isEmpty()) {
            terminal.message(Tone.BAD, Figures.count(documents.errors().size(), "problem"));
            return ExitCode.FINDINGS;
        }
        if (documents.documents().isEmpty()) {
            throw new CommandException(
                    ExitCode.ERROR, "no resource in " + String.join(", ", files.files));
        }
        terminal.message(
                Tone.GOOD,
                Figures.count(documents.documents().size(), "resource") + ", no problems");
        return ExitCode.OK;
    }
}
