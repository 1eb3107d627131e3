package io.sluice.cli.command;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

import java.util.ArrayList;
import java.util.List;

/** The completions of a command tree for fish. */
final class FishCompletion {
    private FishCompletion() {}

    static String of(CommandLine root) {
        List<String> lines = new ArrayList<>();
        String name = root.getCommandName();
        lines.add("# Completion of " + name + " for fish.");
        lines.add("complete -c " + name + " -f");
        for (OptionSpec option : root.getCommandSpec().options()) {
            lines.add("complete -c " + name + option(option));
        }
        root.getSubcommands()
                .forEach(
                        (word, command) -> {
                            lines.add(
                                    "complete -c "
                                            + name
                                            + " -n __fish_use_subcommand -a "
                                            + word
                                            + " -d "
                                            + quoted(firstLine(command.getCommandSpec())));
                            below(lines, name, word, command);
                        });
        return String.join("\n", lines) + "\n";
    }

    private static void below(List<String> lines, String name, String word, CommandLine command) {
        String seen = " -n '__fish_seen_subcommand_from " + word + "'";
        options(lines, name, seen, command.getCommandSpec());
        command.getSubcommands()
                .forEach(
                        (inner, subcommand) -> {
                            lines.add(
                                    "complete -c "
                                            + name
                                            + seen
                                            + " -a "
                                            + inner
                                            + " -d "
                                            + quoted(firstLine(subcommand.getCommandSpec())));
                            options(
                                    lines,
                                    name,
                                    " -n '__fish_seen_subcommand_from "
                                            + word
                                            + "; and __fish_seen_subcommand_from "
                                            + inner
                                            + "'",
                                    subcommand.getCommandSpec());
                        });
    }

    private static void options(
            List<String> lines, String name, String condition, CommandSpec spec) {
        for (OptionSpec option : spec.options()) {
            if (!option.inherited()) {
                lines.add("complete -c " + name + condition + option(option));
            }
        }
    }

    private static String option(OptionSpec option) {
        StringBuilder text = new StringBuilder();
        for (String name : option.names()) {
            text.append(
                    name.startsWith("--")
                            ? " -l " + name.substring(2)
                            : " -s " + name.substring(1));
        }
        if (option.longestName().equals("--file")) {
            text.append(" -r -F");
        } else if (option.longestName().equals("--output")) {
            text.append(" -x -a '").append(String.join(" ", OutputFormat.words())).append("'");
        } else if (option.arity().min() > 0) {
            text.append(" -x");
        }
        return text + " -d " + quoted(String.join(" ", option.description()));
    }

    private static String firstLine(CommandSpec spec) {
        String[] lines = spec.usageMessage().description();
        return lines.length == 0 ? "" : lines[0];
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
