package io.sluice.cli.command;

import io.sluice.cli.client.RestClient;
import io.sluice.cli.json.Json;
import io.sluice.cli.output.Figures;
import io.sluice.cli.output.Table;
import io.sluice.cli.output.Terminal;
import io.sluice.cli.output.Tone;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code sluicectl connections}: what nodes relay at this moment. */
@Command(
        name = "connections",
        sortOptions = false,
        description = {
            "List live connections and UDP sessions, asked of the nodes.",
            "",
            "RTT and retransmits are the kernel's, to the client; -o wide adds those to the"
                    + " endpoint.",
            "An HTTP connection is where its requests under way are. CUT-IN is how long a drain"
                    + " leaves it.",
            ""
        },
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  sluicectl connections --node node-1",
            "  sluicectl connections --sort bytes --limit 10",
            "  sluicectl connections kill --client 192.0.2.7"
        })
final class ConnectionsCommand implements Callable<Integer> {
    private static final int LIMIT_MAX = 1_000;

    private final Session session;

    @Mixin private ConnectionFilter filter = new ConnectionFilter();

    @Option(
            names = "--sort",
            paramLabel = "ORDER",
            defaultValue = "oldest",
            description =
                    "What comes first: oldest (the default), newest, bytesIn, bytesOut or bytes.")
    private String order = "oldest";

    @Option(
            names = "--limit",
            paramLabel = "COUNT",
            defaultValue = "100",
            description = "How many, 1 to 1000. Default 100.")
    private int limit = 100;

    @Option(
            names = "--page-token",
            paramLabel = "TOKEN",
            description = "Go on where the list before ended, as it said.")
    private String pageToken = "";

    ConnectionsCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (limit < 1 || limit > LIMIT_MAX) {
            throw new CommandException(ExitCode.USAGE, "--limit is 1 to " + LIMIT_MAX);
        }
        String first = "pageSize=" + limit + "&orderBy=" + RestClient.escape(order);
        String more = pageToken.isEmpty() ? "" : "&pageToken=" + RestClient.escape(pageToken);
        Json page = session.client().get("/api/v1/connections" + filter.query(first) + more);
        if (session.printTree(page)) {
            return ExitCode.OK;
        }
        List<Json> items = page.items("items");
        Terminal terminal = session.terminal();
        if (!items.isEmpty()) {
            print(items, session.output() == OutputFormat.WIDE);
        }
        terminal.message(
                Tone.FAINT,
                items.size()
                        + " of "
                        + Figures.count(page.number("totalSize"), "connection")
                        + (page.text("nextPageToken").isEmpty()
                                ? ""
                                : "; go on with --page-token " + page.text("nextPageToken")));
        warn(terminal, page);
        return ExitCode.OK;
    }

    private void print(List<Json> items, boolean wide) {
        List<String> headings =
                new ArrayList<>(
                        List.of(
                                "NODE",
                                ">ID",
                                "CLIENT",
                                "LISTENER",
                                "UPSTREAM",
                                ">AGE",
                                ">IN",
                                ">OUT",
                                ">RTT",
                                ">RETRANS",
                                ">CUT-IN"));
        if (wide) {
            headings.addAll(
                    List.of("PROTOCOL", ">REQUESTS", "RULE", "CLUSTER", ">UP-RTT", ">UP-RETRANS"));
        }
        Table table = new Table(headings);
        for (Json row : items) {
            List<Table.Cell> cells =
                    new ArrayList<>(
                            List.of(
                                    Table.cell(row.text("node")),
                                    Table.cell(Long.toString(row.number("id"))),
                                    Table.cell(row.text("client")),
                                    Table.cell(row.text("listener")),
                                    Table.cell(orDash(row.text("upstream"))),
                                    Table.cell(age(row.number("ageMillis"))),
                                    Table.cell(Figures.bytes(row.decimal("bytesIn"))),
                                    Table.cell(Figures.bytes(row.decimal("bytesOut"))),
                                    rtt(row.number("rttMicros")),
                                    Table.cell(Long.toString(row.number("retransmits"))),
                                    cutIn(row.number("cutInMillis"))));
            if (wide) {
                cells.add(Table.cell(row.text("protocol")));
                cells.add(Table.cell(Long.toString(row.number("requests"))));
                cells.add(Table.cell(row.text("rule")));
                cells.add(Table.cell(row.text("cluster")));
                cells.add(rtt(row.number("upstreamRttMicros")));
                cells.add(Table.cell(Long.toString(row.number("upstreamRetransmits"))));
            }
            table.row(cells);
        }
        if (wide) {
            table.printWide(session.terminal());
        } else {
            table.print(session.terminal());
        }
    }

    private String age(long millis) {
        return Figures.age(session.now().minusMillis(millis).toString(), session.now());
    }

    private static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }

    private Table.Cell cutIn(long millis) {
        return Table.cell(millis == 0 ? "-" : age(millis));
    }

    private static Table.Cell rtt(long micros) {
        return Table.cell(micros == 0 ? "-" : Figures.latency((double) micros));
    }

    /** Nodes that did not answer. */
    static void warn(Terminal terminal, Json answer) {
        for (Json node : answer.items("silentNodes")) {
            terminal.message(Tone.WARNING, node.text() + " did not answer");
        }
    }
}
