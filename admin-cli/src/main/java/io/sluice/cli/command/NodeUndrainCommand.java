package io.sluice.cli.command;

import io.sluice.cli.client.RestClient;
import io.sluice.cli.json.Json;
import io.sluice.cli.output.Tone;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.util.concurrent.Callable;

/** {@code sluicectl node undrain}: puts a node back into service. */
@Command(
        name = "undrain",
        sortOptions = false,
        description = {"Put a drained node back into service: it binds its listeners again.", ""},
        footerHeading = "%nExample:%n",
        footer = "  sluicectl node undrain node-1")
final class NodeUndrainCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NODE", description = "Its name, such as node-1.")
    private String name = "";

    NodeUndrainCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        String path = "/api/v1/nodes/" + RestClient.escape(name);
        Json node = session.client().post(path + ":undrain", Json.absent());
        Backoff backoff = new Backoff(session.shell().ticker(), session.options().timeout());
        while (node.text("state").equals("draining") && !backoff.expired()) {
            backoff.pause();
            node = session.client().get(path);
        }
        return switch (node.text("state")) {
            case "draining" -> {
                session.terminal()
                        .message(Tone.BAD, "timed out: " + name + " is not back in service yet");
                yield ExitCode.TIMEOUT;
            }
            case "gone" -> {
                session.terminal()
                        .message(
                                Tone.WARNING,
                                name + " is not connected; it serves when it is back");
                yield ExitCode.OK;
            }
            default -> {
                session.terminal().message(Tone.GOOD, name + " is back in service");
                yield ExitCode.OK;
            }
        };
    }
}
