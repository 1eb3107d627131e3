package io.sluice.cli.command;

import io.sluice.cli.client.RestException;
import io.sluice.cli.json.Json;
import io.sluice.cli.output.ProblemLines;
import io.sluice.cli.output.Terminal;
import io.sluice.cli.output.Tone;
import io.sluice.proto.DidYouMean;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One line given to {@code sluicectl}, from its words to its exit code. Not thread-safe. */
public final class Sluicectl {
    private static final int HELP_WIDTH_MIN = 60;
    private static final int HELP_WIDTH_MAX = 115;

    private final Session session;
    private final RootCommand root = new RootCommand();

    private Sluicectl(Session session) {
        this.session = session;
    }

    /**
     * Runs one command; everything it does and prints goes through the shell.
     *
     * @return an {@link ExitCode}
     */
    public static int run(Shell shell, String... arguments) {
        int exitCode = new Sluicectl(new Session(shell)).run(arguments);
        shell.out().flush();
        shell.err().flush();
        return exitCode;
    }

    private int run(String[] arguments) {
        CommandLine line = line(Commands.named(arguments));
        if (arguments.length == 0 || Arrays.asList(arguments).contains("--help")) {
            line.setUsageHelpWidth(
                    helpWidth()); // asking a terminal takes time: only where it shows
        }
        if (arguments.length == 0) {
            line.usage(session.shell().err());
            return ExitCode.USAGE;
        }
        return line.execute(arguments);
    }

    /** All commands, for whoever wants to know them. */
    static CommandLine whole(Session session) {
        return new Sluicectl(session).line(null);
    }

    /** The line's parser; knows the named command only, or all where none of them is named. */
    private CommandLine line(@Nullable String named) {
        CommandLine line = new CommandLine(root);
        List<String> names =
                named != null && Commands.NAMES.contains(named) ? List.of(named) : Commands.NAMES;
        for (String name : names) {
            CommandLine command = new CommandLine(Commands.create(name, session));
            Commands.below(name, session).forEach(command::addSubcommand);
            concise(command);
            line.addSubcommand(name, command);
        }
        boolean colours = session.shell().outTerminal() && !CliOptions.plain(session.shell());
        line.setColorScheme(CommandLine.Help.defaultColorScheme(colours ? Ansi.ON : Ansi.OFF));
        line.setUsageHelpWidth(HELP_WIDTH_MAX);
        line.setOut(new PrintWriter(session.shell().out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(session.shell().err(), true, StandardCharsets.UTF_8));
        line.setExecutionStrategy(this::execute);
        line.setParameterExceptionHandler((e, words) -> usage(e));
        line.setExecutionExceptionHandler((e, command, parsed) -> failed(e));
        return line;
    }

    private int helpWidth() {
        Shell shell = session.shell();
        return shell.outTerminal()
                ? Math.clamp(shell.columns().getAsInt(), HELP_WIDTH_MIN, HELP_WIDTH_MAX)
                : HELP_WIDTH_MAX;
    }

    /** Without every option in the first line of the help text: they are explained below it. */
    private static void concise(CommandLine command) {
        command.getCommandSpec()
                .usageMessage()
                .abbreviateSynopsis(true)
                .descriptionHeading("%n")
                .synopsisHeading("Usage: ");
        command.getSubcommands().values().forEach(Sluicectl::concise);
    }

    private int execute(CommandLine.ParseResult parsed) {
        session.flags(root.flags());
        return new CommandLine.RunLast().execute(parsed);
    }

    private int usage(ParameterException e) {
        Terminal terminal = session.terminalWithoutOptions();
        CommandSpec command = e.getCommandLine().getCommandSpec();
        terminal.message(Tone.BAD, "sluicectl: " + said(e, command));
        terminal.message("see: " + command.qualifiedName() + " --help");
        return ExitCode.USAGE;
    }

    private static String said(ParameterException e, CommandSpec command) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            return unknown(unmatched.getUnmatched().getFirst(), command);
        }
        if (e instanceof CommandLine.MissingParameterException && command.parent() == null) {
            return "a command is missing";
        }
        String message = e.getMessage() == null ? "cannot be understood" : e.getMessage();
        return Character.toLowerCase(message.charAt(0)) + message.substring(1);
    }

    private static String unknown(String word, CommandSpec command) {
        boolean option = word.startsWith("-");
        if (!option && command.subcommands().isEmpty()) {
            boolean wantsFiles = command.findOption("-f") != null && Files.exists(Path.of(word));
            return "unexpected argument \""
                    + word
                    + "\""
                    + (wantsFiles ? "; did you mean -f " + word + "?" : "");
        }
        List<String> known = new ArrayList<>();
        if (option) {
            command.options().forEach(known_ -> known.addAll(List.of(known_.names())));
        } else {
            known.addAll(command.subcommands().keySet());
        }
        String plain =
                option && word.indexOf('=') > 0 ? word.substring(0, word.indexOf('=')) : word;
        String hint = DidYouMean.hint(plain, known);
        return "unknown "
                + (option ? "option" : "command")
                + " \""
                + plain
                + "\""
                + (hint.isEmpty() ? "" : "; " + hint);
    }

    private int failed(Exception e) {
        Terminal terminal = session.terminalWithoutOptions();
        terminal.closeLine();
        return switch (e) {
            case CommandException known -> {
                known.lines().forEach(said -> terminal.message(Tone.BAD, said));
                yield known.exitCode();
            }
            case RestException.Unreachable nobody -> {
                terminal.message(Tone.BAD, said(nobody));
                terminal.message(
                        "is it running? --server, SLUICECTL_SERVER or a context name another one");
                yield ExitCode.UNREACHABLE;
            }
            case RestException.Refused refused -> {
                refused(terminal, refused);
                yield exitCode(refused.status());
            }
            case InterruptedException ended -> {
                terminal.message("interrupted");
                yield ExitCode.ERROR;
            }
            case IOException weather -> {
                terminal.message(Tone.BAD, said(weather));
                yield ExitCode.ERROR;
            }
            default -> {
                e.printStackTrace(session.shell().err());
                terminal.message(
                        Tone.BAD, "sluicectl: this is a bug, please report the lines above: " + e);
                yield ExitCode.ERROR;
            }
        };
    }

    private static void refused(Terminal terminal, RestException.Refused refused) {
        List<Json> problems = refused.problem().items("problems");
        problems.forEach(problem -> terminal.message(Tone.BAD, ProblemLines.of(problem)));
        if (problems.isEmpty()) {
            terminal.message(Tone.BAD, said(refused));
        }
    }

    private static String said(Exception e) {
        String message = e.getMessage();
        return Terminal.printable(message == null ? e.toString() : message);
    }

    /** The exit code of a refusal with this HTTP status. */
    static int exitCode(int status) {
        return switch (status) {
            case 401, 403 -> ExitCode.NOT_PERMITTED;
            case 409, 412 -> ExitCode.CONFLICT;
            default -> ExitCode.ERROR;
        };
    }
}
