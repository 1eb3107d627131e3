package io.sluice.cli.command;

import io.sluice.cli.json.Json;
import io.sluice.cli.output.Figures;
import io.sluice.cli.output.ProblemLines;
import io.sluice.cli.output.Terminal;
import io.sluice.cli.output.Tone;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Watches a revision become active on the nodes, and shows it: one line that redraws itself on a
 * terminal, otherwise one line for each change. Not thread-safe.
 */
final class Activation {
    private static final int BAR_COLUMNS = 24;

    private final Session session;
    private final long revision;
    private final Set<String> changed;
    private final WaitFlags wait;
    private String shown = "";

    /**
     * @param changed what the revision changed, as {@code kind/name} in lower case: problems of
     *     other resources are older than it
     */
    Activation(Session session, long revision, Set<String> changed, WaitFlags wait) {
        this.session = session;
        this.revision = revision;
        this.changed = changed;
        this.wait = wait;
    }

    /** Waits and says how it went; the exit code. */
    int await() throws InterruptedException {
        Duration timeout = session.options().timeout();
        Ticker ticker = session.shell().ticker();
        Backoff backoff = new Backoff(ticker, timeout);
        long startNanos = ticker.nanoTime();
        Json activation = ask();
        while (!settled(activation) && !backoff.expired()) {
            show(activation, Duration.ofNanos(ticker.nanoTime() - startNanos));
            backoff.pause();
            activation = ask();
        }
        Duration took = Duration.ofNanos(ticker.nanoTime() - startNanos);
        show(activation, took);
        session.terminal().closeLine();
        return conclude(activation, took);
    }

    private Json ask() {
        return session.client()
                .get("/api/v1/revisions/" + revision + "?view=activation")
                .at("activation");
    }

    private boolean settled(Json activation) {
        long connected = activation.number("connected");
        return connected >= wait.nodes
                && activation.number("active") + rejections(activation) >= connected;
    }

    /** Nodes that refused it; those that are active with problems count as active. */
    private static long rejections(Json activation) {
        return Math.min(
                activation.number("rejected"),
                activation.number("connected") - activation.number("active"));
    }

    private int conclude(Json activation, Duration took) {
        Terminal terminal = session.terminal();
        long connected = activation.number("connected");
        List<String> rejected = new ArrayList<>();
        List<String> older = new ArrayList<>();
        problems(activation, rejected, older);
        older.forEach(
                line ->
                        terminal.message(
                                Tone.WARNING, "warning: " + line + " (not of this change)"));
        if (!rejected.isEmpty() || rejections(activation) > 0) {
            rejected.forEach(line -> terminal.message(Tone.BAD, line));
            terminal.message(
                    Tone.BAD,
                    "revision " + revision + " is stored, but " + refusal(activation, rejected));
            return ExitCode.REJECTED;
        }
        if (!settled(activation)) {
            pending(activation);
            return ExitCode.TIMEOUT;
        }
        if (connected == 0) {
            terminal.message(
                    Tone.WARNING,
                    "revision " + revision + " is stored; no node is connected to take it up");
            return ExitCode.OK;
        }
        terminal.message(
                Tone.GOOD,
                "revision "
                        + revision
                        + " is active on "
                        + (connected == 1
                                ? "the one connected node"
                                : "all " + connected + " nodes")
                        + " after "
                        + seconds(took));
        return ExitCode.OK;
    }

    private static String refusal(Json activation, List<String> rejected) {
        long refused = rejections(activation);
        if (refused > 0) {
            return Figures.count(refused, "node")
                    + (refused == 1
                            ? " rejected it and serves what it served before"
                            : " rejected it and serve what they served before");
        }
        return Figures.count(rejected.size(), "problem")
                + (rejected.size() == 1 ? " keeps" : " keep")
                + " nodes from serving all of it";
    }

    private void pending(Json activation) {
        Terminal terminal = session.terminal();
        List<String> waiting = new ArrayList<>();
        for (Json node : activation.items("nodes")) {
            if (!node.text("state").equals("gone") && node.number("activeRevision") < revision) {
                waiting.add(
                        node.text("name") + " (at revision " + node.number("activeRevision") + ")");
            }
        }
        if (activation.number("connected") < wait.nodes) {
            terminal.message(
                    Figures.count(activation.number("connected"), "node")
                            + " connected, waited for "
                            + wait.nodes);
        }
        if (!waiting.isEmpty()) {
            terminal.message("not yet active on " + Terminal.printable(String.join(", ", waiting)));
        }
        terminal.message(
                Tone.BAD,
                "timed out after "
                        + seconds(session.options().timeout())
                        + ": revision "
                        + revision
                        + " is stored and active on "
                        + activation.number("active")
                        + " of "
                        + Figures.count(activation.number("connected"), "node"));
    }

    /** What nodes say, apart by whether it is about this change. Of a refusal everything is. */
    private void problems(Json activation, List<String> ours, List<String> older) {
        for (Json node : activation.items("nodes")) {
            boolean active = node.number("activeRevision") >= revision;
            boolean refused = !active && node.number("rejectedRevision") >= revision;
            for (Json problem : node.items("problems")) {
                String line =
                        "node "
                                + Terminal.printable(node.text("name"))
                                + ": "
                                + ProblemLines.of(problem);
                ((active ? about(problem) : refused) ? ours : older).add(line);
            }
        }
    }

    private boolean about(Json problem) {
        String name = problem.text("name");
        String key =
                switch (problem.text("kind").toLowerCase(Locale.ROOT)) {
                    // Endpoints and weights travel apart from the resource they belong to.
                    case "endpoints" -> "cluster/" + name;
                    case "weights" ->
                            name.startsWith("listener:")
                                    ? "listener/" + name.substring("listener:".length())
                                    : "route/" + name.replaceFirst("/.*", "");
                    case String kind -> kind + "/" + name;
                };
        return name.isEmpty() || changed.contains(key);
    }

    private void show(Json activation, Duration elapsed) {
        long active = activation.number("active");
        long connected = activation.number("connected");
        long rejected = rejections(activation);
        Terminal terminal = session.terminal();
        if (terminal.animated()) {
            terminal.redraw(bar(active, rejected, connected, elapsed));
            return;
        }
        String line =
                "revision "
                        + revision
                        + ": active on "
                        + active
                        + " of "
                        + Figures.count(connected, "node");
        line += rejected > 0 ? ", rejected by " + rejected : "";
        if (!line.equals(shown) && !(settled(activation) && connected == active)) {
            terminal.message(line);
        }
        shown = line;
    }

    private String bar(long active, long rejected, long connected, Duration elapsed) {
        long goal = Math.max(1, Math.max(connected, wait.nodes));
        int good = (int) (BAR_COLUMNS * active / goal);
        int bad = (int) Math.min(BAR_COLUMNS - good, (BAR_COLUMNS * rejected + goal - 1) / goal);
        Terminal terminal = session.terminal();
        return "revision "
                + revision
                + "  ["
                + terminal.paintMessage(Tone.GOOD, "#".repeat(good))
                + terminal.paintMessage(Tone.BAD, "!".repeat(bad))
                + " ".repeat(BAR_COLUMNS - good - bad)
                + "]  "
                + active
                + "/"
                + Math.max(connected, wait.nodes)
                + " nodes active"
                + (rejected > 0 ? ", " + rejected + " rejected" : "")
                + "  "
                + seconds(elapsed);
    }

    private static String seconds(Duration duration) {
        long millis = duration.toMillis();
        return millis < 1000
                ? millis + " ms"
                : String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }
}
