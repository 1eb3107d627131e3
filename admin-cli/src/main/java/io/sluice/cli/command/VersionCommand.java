package io.sluice.cli.command;

import io.sluice.cli.client.RestException;
import io.sluice.cli.json.Json;
import io.sluice.cli.output.Tone;
import io.sluice.proto.SoftwareVersion;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.util.concurrent.Callable;

/** {@code sluicectl version}: of this program and of the control plane. */
@Command(
        name = "version",
        sortOptions = false,
        description = {
            "Show the version of sluicectl and of the control plane, and warn where they differ.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {"  sluicectl version", "  sluicectl version --client"})
final class VersionCommand implements Callable<Integer> {
    private final Session session;

    @Option(
            names = "--client",
            description = "Only that of sluicectl; asks nobody. Such as version --client.")
    private boolean clientOnly;

    VersionCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        String client = SoftwareVersion.current();
        if (clientOnly) {
            print(client, "");
            return ExitCode.OK;
        }
        try {
            String server = session.client().get("/api/v1/status").text("softwareVersion");
            print(client, server);
            if (!server.equals(client)) {
                session.terminal()
                        .message(
                                Tone.WARNING,
                                "warning: versions differ; what one knows may be unknown to the"
                                        + " other");
            }
            return ExitCode.OK;
        } catch (RestException.Unreachable nobody) {
            print(client, "");
            throw nobody;
        }
    }

    private void print(String client, String server) {
        Json versions =
                Json.object(
                        members -> {
                            members.put("client", Json.of(client));
                            members.put(
                                    "server", server.isEmpty() ? Json.absent() : Json.of(server));
                        });
        if (session.printTree(server.isEmpty() ? versions.without("server") : versions)) {
            return;
        }
        session.terminal().line("sluicectl      " + client);
        if (!server.isEmpty()) {
            session.terminal().line("control plane  " + server);
        }
    }
}
