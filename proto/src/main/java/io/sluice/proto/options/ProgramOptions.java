package io.sluice.proto.options;

import io.sluice.proto.DidYouMean;
import io.sluice.proto.SoftwareVersion;

import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Runs a daemon's picocli command so that each option can come as flag, environment variable
 * ({@code --data-dir} is {@code PREFIX_DATA_DIR}), or key of the YAML file that {@code --config
 * FILE} names, in this order of precedence.
 *
 * <p>Exit codes: the command's own, 64 for wrong usage, 1 for a {@link StartFailure}; both say why
 * in one sentence on stderr. Lists in variables are separated by commas: give such options {@code
 * split = ","}.
 */
public final class ProgramOptions {
    public static final int EXIT_USAGE = 64;
    public static final int EXIT_FAILURE = 1;

    private ProgramOptions() {}

    /**
     * Parses and runs.
     *
     * @param command annotated with {@code @Command(name = ...)}, a {@code Callable<Integer>}
     * @param variablePrefix such as {@code SLUICE_NODE}
     * @return the exit code
     */
    public static int run(Object command, String variablePrefix, String[] arguments) {
        return run(command, variablePrefix, arguments, System.getenv());
    }

    /** As {@link #run(Object, String, String[])}, with another environment. */
    public static int run(
            Object command,
            String variablePrefix,
            String[] arguments,
            Map<String, String> environment) {
        return commandLine(
                        command,
                        variablePrefix,
                        arguments,
                        environment,
                        new PrintWriter(System.out, true, Charset.defaultCharset()),
                        new PrintWriter(System.err, true, Charset.defaultCharset()))
                .execute();
    }

    /**
     * {@code $XDG_STATE_HOME/sluice}, by default {@code ~/.local/state/sluice}: where data lies
     * unless told otherwise.
     */
    public static Path stateHome() {
        return stateHome(System.getenv(), System.getProperty("user.home", "/"));
    }

    static Path stateHome(Map<String, String> environment, String home) {
        String xdg = environment.getOrDefault("XDG_STATE_HOME", "");
        // The specification says to ignore a relative path.
        return xdg.startsWith("/")
                ? Path.of(xdg, "sluice")
                : Path.of(home, ".local", "state", "sluice");
    }

    /** A command line bound to its arguments. */
    record Bound(
            CommandLine line,
            List<String> arguments,
            String variablePrefix,
            Map<String, String> environment) {
        int execute() {
            String[] given = arguments.toArray(new String[0]);
            try {
                OptionDefaults defaults =
                        OptionDefaults.read(line, variablePrefix, given, environment);
                line.setDefaultValueProvider(defaults);
            } catch (ParameterException e) {
                return usageError(e);
            }
            return line.execute(given);
        }
    }

    static Bound commandLine(
            Object command,
            String variablePrefix,
            String[] arguments,
            Map<String, String> environment,
            PrintWriter out,
            PrintWriter err) {
        CommandLine line = new CommandLine(command);
        line.setOut(out);
        line.setErr(err);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setParameterExceptionHandler((e, args) -> usageError(e));
        line.setExecutionExceptionHandler((e, failed, parsed) -> failure(e, failed));
        describe(line, variablePrefix);
        return new Bound(line, List.of(arguments), variablePrefix, environment);
    }

    private static void describe(CommandLine line, String variablePrefix) {
        CommandSpec spec = line.getCommandSpec();
        spec.versionProvider(
                () ->
                        new String[] {
                            line.getCommandSpec().root().name() + " " + SoftwareVersion.current()
                        });
        spec.usageMessage().width(100);
        line.getHelpSectionMap()
                .put(
                        UsageMessageSpec.SECTION_KEY_OPTION_LIST,
                        help -> optionList(help, variablePrefix));
        for (CommandLine sub : line.getSubcommands().values()) {
            describe(sub, variablePrefix);
        }
    }

    private static String optionList(Help help, String variablePrefix) {
        StringBuilder text = new StringBuilder();
        for (OptionSpec option : help.commandSpec().options()) {
            if (option.hidden()) {
                continue;
            }
            text.append("  ").append(String.join(", ", option.names()));
            if (option.arity().max() > 0) {
                text.append(' ').append(option.paramLabel());
            }
            text.append(System.lineSeparator());
            for (String line : option.description()) {
                text.append("        ").append(line).append(System.lineSeparator());
            }
            if (!option.usageHelp() && !option.versionHelp()) {
                text.append("        variable ").append(variable(variablePrefix, option));
                if (option.defaultValue() != null) {
                    text.append(", default ").append(option.defaultValue());
                }
                text.append(System.lineSeparator());
            }
        }
        return text.toString();
    }

    static String variable(String variablePrefix, OptionSpec option) {
        return variablePrefix + "_" + key(option).replace('-', '_').toUpperCase(Locale.ROOT);
    }

    static String key(OptionSpec option) {
        return option.longestName().substring(2);
    }

    private static int usageError(ParameterException e) {
        CommandSpec spec = e.getCommandLine().getCommandSpec();
        StringBuilder text =
                new StringBuilder(spec.root().name()).append(": ").append(e.getMessage());
        if (e instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            String hint =
                    DidYouMean.hint(
                            unmatched.getUnmatched().getFirst().split("=", 2)[0], words(spec));
            if (!hint.isEmpty()) {
                text.append("; ").append(hint);
            }
        }
        e.getCommandLine().getErr().println(text.append("; see --help"));
        return EXIT_USAGE;
    }

    private static List<String> words(CommandSpec spec) {
        List<String> words = new ArrayList<>(spec.optionsMap().keySet());
        words.addAll(spec.subcommands().keySet());
        return words;
    }

    private static int failure(Exception e, CommandLine line) throws Exception {
        if (e instanceof StartFailure) {
            line.getErr().println(line.getCommandSpec().root().name() + ": " + e.getMessage());
            return EXIT_FAILURE;
        }
        // A bug: the stack is the message.
        e.printStackTrace(line.getErr());
        return EXIT_FAILURE;
    }
}
