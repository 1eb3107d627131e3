package io.sluice.cli.command;

import io.sluice.cli.client.RestClient;
import io.sluice.cli.json.Json;
import io.sluice.cli.output.Table;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.util.List;
import java.util.concurrent.Callable;

/** {@code sluicectl offenders}: the clients that listeners refused most. */
@Command(
        name = "offenders",
        sortOptions = false,
        description = {
            "List the networks of clients that listeners refused most, by their access lists and"
                    + " limits.",
            "",
            "Counted by each node since it started; a network is shown by its first address.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {"  sluicectl offenders", "  sluicectl offenders --node node-1 --limit 100"})
final class OffendersCommand implements Callable<Integer> {
    private final Session session;

    @Option(
            names = "--node",
            paramLabel = "NODE",
            description = "Only of this node, such as node-1.")
    private String node = "";

    @Option(
            names = "--limit",
            paramLabel = "COUNT",
            defaultValue = "20",
            description = "How many, 1 to 1000. Default 20.")
    private int limit = 20;

    OffendersCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Json page =
                session.client()
                        .get(
                                "/api/v1/offenders?pageSize="
                                        + limit
                                        + (node.isEmpty()
                                                ? ""
                                                : "&node=" + RestClient.escape(node)));
        if (session.printTree(page)) {
            return ExitCode.OK;
        }
        Table table = new Table(List.of("NODE", "LISTENER", "NETWORK", ">REFUSED", ">OPEN"));
        for (Json row : page.items("items")) {
            table.row(
                    List.of(
                            Table.cell(row.text("node")),
                            Table.cell(row.text("listener")),
                            Table.cell(row.text("network")),
                            Table.cell(Long.toString(row.number("refused"))),
                            Table.cell(Long.toString(row.number("open")))));
        }
        if (table.size() == 0) {
            session.terminal().message("nobody was refused");
        } else {
            table.print(session.terminal());
        }
        ConnectionsCommand.warn(session.terminal(), page);
        return ExitCode.OK;
    }
}
