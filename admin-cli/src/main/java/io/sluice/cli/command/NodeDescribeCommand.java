package io.sluice.cli.command;

import io.sluice.cli.client.RestClient;
import io.sluice.cli.json.Json;
import io.sluice.cli.output.Figures;
import io.sluice.cli.output.ProblemLines;
import io.sluice.cli.output.Table;
import io.sluice.cli.output.Terminal;
import io.sluice.cli.output.Tone;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.util.concurrent.Callable;

/** {@code sluicectl node describe}: all that is known of one node. */
@Command(
        name = "describe",
        sortOptions = false,
        description = {
            "Show everything known about a node: revision, problems, and each endpoint as it sees"
                    + " it.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = "  sluicectl node describe node-1")
final class NodeDescribeCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NODE", description = "Its name, such as node-1.")
    private String name = "";

    NodeDescribeCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        describe(session, name);
        return ExitCode.OK;
    }

    static void describe(Session session, String name) {
        Json node = session.client().get("/api/v1/nodes/" + RestClient.escape(name));
        if (session.printTree(node)) {
            return;
        }
        Terminal terminal = session.terminal();
        Fields fields = new Fields(terminal);
        fields.line("Node", node.text("name"));
        Table.Cell state = NodeTable.state(node);
        fields.line("State", state.tone(), state.text());
        fields.line("Labels", Resources.labels(node.at("labels")));
        fields.line("Address", node.text("address"));
        fields.line("Admin", node.text("adminAddress"));
        fields.line("Version", node.text("softwareVersion"));
        Table.Cell config = NodeTable.config(node);
        fields.line(
                "Revision",
                config.tone(),
                node.text("activeRevision") + " (" + config.text() + ")");
        if (node.text("state").equals("draining")) {
            fields.line("Connections", node.text("connections"));
        }
        String seen = node.text("lastSeen");
        fields.line(
                "Last seen",
                Figures.time(seen) + " (" + Figures.age(seen, session.now()) + " ago)");
        fields.line("Connected", Figures.time(node.text("connectedSince")));
        for (Json problem : node.items("problems")) {
            fields.line("Problem", Tone.BAD, ProblemLines.of(problem));
        }
        endpoints(session, node);
    }

    private static void endpoints(Session session, Json node) {
        if (node.items("endpoints").isEmpty()) {
            return;
        }
        session.terminal().line("");
        Table table = new Table("CLUSTER", "ENDPOINT", "HEALTH", ">SINCE", "REASON");
        for (Json endpoint : node.items("endpoints")) {
            table.row(
                    Table.cell(endpoint.text("cluster")),
                    Table.cell(endpoint.text("address")),
                    health(endpoint),
                    Table.cell(Figures.age(endpoint.text("since"), session.now())),
                    Table.cell(endpoint.text("reason")));
        }
        table.print(session.terminal());
    }

    static Table.Cell health(Json endpoint) {
        String health = endpoint.text("health");
        Tone tone =
                switch (health) {
                    case "healthy" -> Tone.GOOD;
                    case "unhealthy" -> Tone.BAD;
                    default -> Tone.WARNING;
                };
        return Table.cell(tone, health);
    }
}
