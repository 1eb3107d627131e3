package io.sluice.cli.command;

import io.sluice.cli.json.Json;
import io.sluice.cli.output.Figures;
import io.sluice.cli.output.Terminal;
import io.sluice.cli.output.Tone;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.concurrent.Callable;

/** {@code sluicectl connections kill}: ends connections by a filter. */
@Command(
        name = "kill",
        sortOptions = false,
        description = {
            "End the connections of a filter. Needs one of --listener, --cluster, --client,"
                    + " --upstream, --id and --draining.",
            "",
            "Without --yes they are only counted. A node with more than --max of them ends none;"
                    + " then it exits 2.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  sluicectl connections kill --client 192.0.2.0/24",
            "  sluicectl connections kill --upstream 10.0.0.21:5432 --max 5000 --yes"
        })
final class ConnectionsKillCommand implements Callable<Integer> {
    private final Session session;

    @Mixin private ConnectionFilter filter = new ConnectionFilter();

    @Option(
            names = "--max",
            paramLabel = "COUNT",
            defaultValue = "100",
            description = "How many at most on one node, 1 to 10000. Default 100.")
    private int max = 100;

    @Option(names = "--yes", description = "End them, and not only count.")
    private boolean yes;

    ConnectionsKillCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        String first = "max=" + max + (yes ? "" : "&dryRun=true");
        Json done =
                session.client()
                        .post("/api/v1/connections:kill" + filter.query(first), Json.absent());
        if (session.printTree(done)) {
            return exit(done);
        }
        Terminal terminal = session.terminal();
        String matched = Figures.count(done.number("matched"), "connection");
        if (!yes) {
            terminal.message(matched + " would be ended; add --yes to do it");
        } else {
            terminal.message(done.number("killed") + " of " + matched + " ended");
        }
        for (Json node : done.items("nodesOverMax")) {
            terminal.message(
                    Tone.WARNING,
                    node.text()
                            + " has more than --max "
                            + max
                            + (yes ? ": none ended there" : ""));
        }
        ConnectionsCommand.warn(terminal, done);
        return exit(done);
    }

    private static int exit(Json done) {
        return done.items("nodesOverMax").isEmpty() ? ExitCode.OK : ExitCode.FINDINGS;
    }
}
