package io.sluice.cli.command;

import io.sluice.cli.client.RestClient;
import io.sluice.cli.json.Json;
import io.sluice.cli.output.Table;
import io.sluice.cli.output.Terminal;
import io.sluice.cli.output.Tone;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code sluicectl stats}: rates and latencies of the fleet or of one node. */
@Command(
        name = "stats",
        sortOptions = false,
        description = {
            "Show rates and latencies of listeners, routes and endpoints, over the fleet or one"
                    + " node.",
            "",
            "Nodes report every 5 s; one hour is kept.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  sluicectl stats",
            "  sluicectl stats routes --window 15m",
            "  sluicectl stats --node node-1 --watch"
        })
final class StatsCommand implements Callable<Integer> {
    private static final Duration WATCH_PAUSE = Duration.ofSeconds(5);
    private static final List<String> PARTS = List.of("listeners", "routes", "endpoints");

    private final Session session;

    @Parameters(
            arity = "0..1",
            paramLabel = "PART",
            description = "Only listeners, routes or endpoints.")
    private @Nullable String part;

    @Option(
            names = "--window",
            paramLabel = "DURATION",
            defaultValue = "60s",
            description = "How far back to look, such as --window 15m. Default 60s.")
    private String window = "60s";

    @Option(
            names = "--node",
            paramLabel = "NODE",
            description = "Only what this node saw, such as --node node-1.")
    private String node = "";

    @Option(
            names = "--by-node",
            description =
                    "Each node apart instead of sums over the fleet. Such as stats --by-node.")
    private boolean byNode;

    @Option(
            names = {"-w", "--watch"},
            description =
                    "Show it again every 5 s until Ctrl-C. On a terminal the screen is redrawn.")
    private boolean watch;

    StatsCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (part != null && !PARTS.contains(part)) {
            throw new CommandException(
                    ExitCode.USAGE, "\"" + part + "\" is none of " + String.join(", ", PARTS));
        }
        String path =
                "/api/v1/stats?window="
                        + RestClient.escape(window)
                        + (node.isEmpty() ? "" : "&node=" + RestClient.escape(node))
                        + (byNode ? "&by=node" : "");
        show(session.client().get(path));
        while (watch) {
            session.terminal().flush();
            session.shell().ticker().pause(WATCH_PAUSE);
            Json stats = session.client().get(path);
            if (session.terminal().interactive()) {
                session.terminal().clearScreen();
            }
            show(stats);
        }
        return ExitCode.OK;
    }

    private void show(Json stats) {
        if (session.printTree(stats)) {
            return;
        }
        Terminal terminal = session.terminal();
        terminal.message(
                Tone.FAINT,
                "from "
                        + stats.text("from")
                        + " to "
                        + stats.text("to")
                        + (node.isEmpty() ? "" : ", node " + node));
        StatsTables tables = new StatsTables(byNode);
        boolean any = false;
        any |= section("listeners", tables.listeners(stats.items("listeners")), any);
        any |= section("routes", tables.routes(stats.items("routes")), any);
        any |= section("endpoints", tables.endpoints(stats.items("endpoints")), any);
        if (!any) {
            terminal.message("nothing was reported in that time");
        }
    }

    private boolean section(String name, Table table, boolean gap) {
        if (table.size() == 0 || (part != null && !part.equals(name))) {
            return false;
        }
        if (gap) {
            session.terminal().line("");
        }
        if (session.output() == OutputFormat.WIDE) {
            table.printWide(session.terminal());
        } else {
            table.print(session.terminal());
        }
        return true;
    }
}
