package io.sluice.cli.command;

import io.sluice.cli.client.RestClient;
import io.sluice.cli.json.Json;
import io.sluice.proto.resource.Kind;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.util.concurrent.Callable;

/** {@code sluicectl drain listener}: a listener accepts nobody new. */
@Command(
        name = "listener",
        sortOptions = false,
        description = {
            "Take a listener out of service on all nodes: its sockets close, and what is open has"
                    + " until its drainTimeout.",
            "",
            "Stored in the listener (drain: true), so it stays so until --undo. Returns when"
                    + " nothing is open.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  sluicectl drain listener smtp --timeout 10m",
            "  sluicectl drain listener smtp --undo"
        })
final class DrainListenerCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(index = "0", paramLabel = "NAME", description = "Which one, such as smtp.")
    private String name = "";

    @Mixin private final DrainFlags flags = new DrainFlags();

    DrainListenerCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        Json resource = flags.read(session, Kind.LISTENER, name);
        return flags.change(
                session,
                resource,
                flags.said(resource.at("spec")),
                "listener " + name,
                "&listener=" + RestClient.escape(name));
    }
}
