package io.sluice.cli.command;

import io.sluice.cli.output.Terminal;
import io.sluice.cli.output.Tone;
import io.sluice.proto.Problem;

import picocli.CommandLine.Option;

import java.util.List;

/** The files a command reads. */
final class FileFlags {
    @Option(
            names = {"-f", "--file"},
            paramLabel = "PATH",
            description =
                    "A YAML or JSON file, a directory with such files, or - for the standard input;"
                            + " may be repeated. Such as -f shop.yaml.")
    List<String> files = List.of();

    /**
     * The resources in the files.
     *
     * @throws CommandException with the exit code given, when something is wrong with them; every
     *     problem is told
     */
    Documents read(Session session, int exitCodeOfProblems) {
        Documents documents = read(session);
        Terminal terminal = session.terminal();
        if (!documents.errors().isEmpty()) {
            documents
                    .errors()
                    .forEach(
                            problem ->
                                    terminal.message(
                                            Tone.BAD, Terminal.printable(problem.toString())));
            throw new CommandException(exitCodeOfProblems, counted(documents.errors()));
        }
        if (documents.documents().isEmpty()) {
            throw new CommandException(
                    exitCodeOfProblems, "no resource in " + String.join(", ", files));
        }
        return documents;
    }

    /** The resources in the files, and all that is wrong with them. */
    Documents read(Session session) {
        if (files.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE, "which files? -f PATH, or -f - for the standard input");
        }
        return Documents.read(files, session.shell().in());
    }

    private static String counted(List<Problem> errors) {
        return errors.size() == 1
                ? "1 problem, nothing was sent"
                : errors.size() + " problems, nothing was sent";
    }
}
