package io.sluice.cli.command;

import io.sluice.cli.client.RestClient;
import io.sluice.cli.json.Json;
import io.sluice.cli.output.Figures;
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
                        + (node.isEmpty() ? "" : "&node=" + RestClient.escape(node));
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
        boolean any = false;
        any |= section("listeners", listeners(stats.items("listeners")), any);
        any |= section("routes", routes(stats.items("routes")), any);
        any |= section("endpoints", endpoints(stats.items("endpoints")), any);
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

    private static Table listeners(List<Json> rows) {
        Table table =
                new Table(
                        "LISTENER", ">CONN/S", ">OPEN", ">REQ/S", ">IN/S", ">OUT/S", ">REFUSED/S");
        for (Json row : rows) {
            table.row(
                    named(row.text("listener")),
                    Figures.rate(row.decimal("connectionsAcceptedPerSecond")),
                    Long.toString(row.number("connectionsOpen")),
                    Figures.rate(row.decimal("requestsPerSecond")),
                    Figures.bytes(row.decimal("bytesInPerSecond")),
                    Figures.bytes(row.decimal("bytesOutPerSecond")),
                    Figures.rate(
                            row.decimal("connectionsRefusedPerSecond")
                                    + row.decimal("requestsRefusedPerSecond")));
        }
        return table;
    }

    private static Table routes(List<Json> rows) {
        Table table =
                new Table(
                        "ROUTE", "RULE", "CLUSTER", ">REQ/S", ">4XX/S", ">5XX/S", ">FAIL/S", ">P50",
                        ">P99");
        for (Json row : rows) {
            table.row(
                    Table.cell(named(row.text("route"))),
                    Table.cell(row.text("rule")),
                    Table.cell(row.text("cluster")),
                    Table.cell(Figures.rate(row.decimal("requestsPerSecond"))),
                    Table.cell(Figures.rate(row.decimal("responses4xxPerSecond"))),
                    bad(row.decimal("responses5xxPerSecond")),
                    bad(row.decimal("failuresPerSecond")),
                    Table.cell(latency(row, "p50Micros")),
                    Table.cell(latency(row, "p99Micros")));
        }
        return table;
    }

    private static Table endpoints(List<Json> rows) {
        Table table =
                new Table(
                        "CLUSTER",
                        "ENDPOINT",
                        ">REQ/S",
                        ">ACTIVE",
                        ">CONNECT/S",
                        ">FAIL/S",
                        ">P50",
                        ">P99");
        for (Json row : rows) {
            table.row(
                    Table.cell(named(row.text("cluster"))),
                    Table.cell(row.text("endpoint")),
                    Table.cell(Figures.rate(row.decimal("requestsPerSecond"))),
                    Table.cell(Long.toString(row.number("active"))),
                    Table.cell(Figures.rate(row.decimal("connectionsOpenedPerSecond"))),
                    bad(row.decimal("failuresPerSecond") + row.decimal("connectFailuresPerSecond")),
                    Table.cell(latency(row, "p50Micros")),
                    Table.cell(latency(row, "p99Micros")));
        }
        return table;
    }

    private static Table.Cell bad(double rate) {
        return Table.cell(rate > 0 ? Tone.BAD : Tone.PLAIN, Figures.rate(rate));
    }

    /** Quantiles stand in an object of their own or in the row. */
    private static String latency(Json row, String quantile) {
        return Figures.latency(
                row.has(quantile) ? row.decimal(quantile) : row.at("latency").decimal(quantile));
    }

    /** The row without a name holds what found no room in the statistics. */
    private static String named(String name) {
        return name.isEmpty() ? "(other)" : name;
    }
}
