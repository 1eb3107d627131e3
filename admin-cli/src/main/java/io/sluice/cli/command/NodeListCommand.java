package io.sluice.cli.command;

import io.sluice.cli.client.RestClient;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.util.concurrent.Callable;

/** {@code sluicectl node list}. */
@Command(
        name = "list",
        sortOptions = false,
        description = {
            "List the nodes: state, revision, health of their endpoints, last seen.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {"  sluicectl node list", "  sluicectl node list --filter state=draining -o wide"})
final class NodeListCommand implements Callable<Integer> {
    private final Session session;

    @Option(
            names = "--filter",
            paramLabel = "EXPRESSION",
            description =
                    "Only those the control plane finds by FIELD=VALUE, FIELD!=VALUE, FIELD:TEXT or"
                            + " a part of the name, such as --filter labels.zone=a.")
    private String filter = "";

    NodeListCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        String query = filter.isEmpty() ? "" : "?filter=" + RestClient.escape(filter);
        new NodeTable(session).print(session.client().list("/api/v1/nodes" + query), false);
        return ExitCode.OK;
    }
}
