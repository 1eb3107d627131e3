package io.sluice.cli.command;

import io.sluice.cli.json.Json;
import io.sluice.cli.output.ProblemLines;
import io.sluice.cli.output.Terminal;
import io.sluice.cli.output.Tone;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a write answered, for the user; then the wait for it. */
final class ChangeReport {
    private final Session session;

    ChangeReport(Session session) {
        this.session = session;
    }

    /** Prints what changed and waits until it is active, if the user wants that; the exit code. */
    int finish(Json answer, WaitFlags wait) throws InterruptedException {
        print(answer, "");
        if (answer.items("changed").isEmpty()) {
            session.terminal()
                    .message(
                            "nothing changed; the newest revision is " + answer.number("revision"));
            return ExitCode.OK;
        }
        return activate(answer, wait);
    }

    /** Prints what would change. */
    int dryRun(Json answer) {
        print(answer, " (dry run)");
        if (answer.items("changed").isEmpty()) {
            session.terminal().message("nothing would change");
        }
        return ExitCode.OK;
    }

    /** Waits until a write is active, if the user wants that; the exit code. */
    int activate(Json answer, WaitFlags wait) throws InterruptedException {
        long revision = answer.number("revision");
        if (!wait.wait) {
            session.terminal().message("revision " + revision + " is stored");
            return ExitCode.OK;
        }
        return new Activation(session, revision, keys(answer), wait).await();
    }

    /** The problems of a write that were no reason to refuse it. */
    void warnings(Json answer) {
        for (Json warning : answer.items("warnings")) {
            session.terminal().message(Tone.WARNING, "warning: " + ProblemLines.of(warning));
        }
    }

    private void print(Json answer, String suffix) {
        Terminal terminal = session.terminal();
        if (!session.printTree(answer)) {
            for (Json change : answer.items("changed")) {
                String kind = change.text("kind").toLowerCase(Locale.ROOT);
                terminal.line(
                        session.output() == OutputFormat.NAME
                                ? kind + "/" + change.text("name")
                                : kind
                                        + " "
                                        + change.text("name")
                                        + " "
                                        + operation(terminal, change)
                                        + suffix);
            }
        }
        warnings(answer);
        terminal.flush();
    }

    private static String operation(Terminal terminal, Json change) {
        String operation = change.text("op").toLowerCase(Locale.ROOT);
        Tone tone =
                switch (operation) {
                    case "created" -> Tone.GOOD;
                    case "deleted" -> Tone.BAD;
                    default -> Tone.WARNING;
                };
        return terminal.paint(tone, operation);
    }

    private static Set<String> keys(Json answer) {
        Set<String> keys = new HashSet<>();
        List<Json> changed = answer.items("changed");
        for (Json change : changed) {
            keys.add((change.text("kind") + "/" + change.text("name")).toLowerCase(Locale.ROOT));
        }
        return keys;
    }
}
