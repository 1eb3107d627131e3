package io.sluice.cli.command;

import io.sluice.cli.client.RestClient;
import io.sluice.cli.json.Json;
import io.sluice.cli.output.Figures;
import io.sluice.cli.output.Terminal;
import io.sluice.cli.output.Tone;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.concurrent.Callable;

/** {@code sluicectl node drain}: takes a node out of service without cutting anybody off. */
@Command(
        name = "drain",
        sortOptions = false,
        description = {
            "Take a node out of service: it turns unready, stops accepting, finishes what is under"
                    + " way.",
            "",
            "Returns when nothing is under way on it any more. It stays drained, over restarts too,"
                    + " until \"undrain\".",
            "Needs no revision; a node that is not connected drains as soon as it is back.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {"  sluicectl node drain node-1", "  sluicectl node drain node-1 --timeout 5m"})
final class NodeDrainCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NODE", description = "Its name, such as node-1.")
    private String name = "";

    @Option(
            names = "--wait",
            arity = "0..1",
            paramLabel = "true|false",
            defaultValue = "true",
            fallbackValue = "true",
            description = "Wait until it is drained (the default). --wait=false only begins it.")
    private boolean wait;

    NodeDrainCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        Json node = session.client().post(path() + ":drain", Json.absent());
        Terminal terminal = session.terminal();
        if (node.text("state").equals("gone")) {
            terminal.message(Tone.WARNING, name + " is not connected; it drains when it is back");
            return ExitCode.OK;
        }
        if (!wait) {
            terminal.message(name + " is draining");
            return ExitCode.OK;
        }
        return await(node);
    }

    private int await(Json begun) throws InterruptedException {
        Terminal terminal = session.terminal();
        Backoff backoff = new Backoff(session.shell().ticker(), session.options().timeout());
        Json node = begun;
        String shown = "";
        while (!drained(node) && !backoff.expired()) {
            String line =
                    name
                            + " is draining, "
                            + Figures.count(node.number("connections"), "connection")
                            + " left";
            if (terminal.animated()) {
                terminal.redraw(line);
            } else if (!line.equals(shown)) {
                terminal.message(line);
            }
            shown = line;
            backoff.pause();
            node = session.client().get(path());
        }
        terminal.closeLine();
        if (!drained(node)) {
            terminal.message(
                    Tone.BAD,
                    "timed out: "
                            + name
                            + " goes on draining, "
                            + Figures.count(node.number("connections"), "connection")
                            + " left");
            return ExitCode.TIMEOUT;
        }
        terminal.message(Tone.GOOD, name + " is drained");
        return ExitCode.OK;
    }

    /** A node that went away meanwhile has nothing under way either. */
    private static boolean drained(Json node) {
        return node.flag("drained") || node.text("state").equals("gone");
    }

    private String path() {
        return "/api/v1/nodes/" + RestClient.escape(name);
    }
}
