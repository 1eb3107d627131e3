package io.sluice.cli.command;

import io.sluice.cli.client.RestClient;
import io.sluice.cli.json.Json;
import io.sluice.cli.output.Figures;
import io.sluice.cli.output.Terminal;
import io.sluice.cli.output.Tone;
import io.sluice.proto.resource.Kind;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What drains of endpoints and listeners have in common: the change, then the count to zero. */
final class DrainFlags {
    @Option(names = "--undo", description = "Back into service; whom it still has may stay.")
    boolean undo;

    @Option(
            names = {"-m", "--message"},
            paramLabel = "TEXT",
            description = "Why, for the history, such as -m \"new disk\".")
    private String message = "";

    @Mixin private final WaitFlags wait = new WaitFlags();

    Json read(Session session, Kind kind, String name) {
        return session.client().get(Resources.path(kind) + "/" + RestClient.escape(name));
    }

    /** A spec, or an endpoint, that says whether it drains. */
    Json said(Json what) {
        Map<String, Json> members = new LinkedHashMap<>(what.members());
        members.remove("drain");
        if (!undo) {
            members.put("drain", Json.of(true));
        }
        return new Json.Members(members);
    }

    /**
     * Stores it and waits until nobody is left.
     *
     * @param resource as read
     * @param spec what it is to be
     * @param filter whose connections are counted, as a query
     */
    int change(Session session, Json resource, Json spec, String what, String filter)
            throws InterruptedException {
        Map<String, Json> changed = new LinkedHashMap<>(Resources.written(resource).members());
        changed.put("spec", spec);
        Json operation = ChangeSets.upsert(new Json.Members(changed), resource.text("etag"));
        Json answer =
                session.client()
                        .post("/api/v1/changesets", ChangeSets.of(message, List.of(operation)));
        int exitCode = new ChangeReport(session).finish(answer, wait);
        if (exitCode != ExitCode.OK || undo || !wait.wait) {
            return exitCode;
        }
        return await(session, what, "/api/v1/connections?pageSize=1&draining=true" + filter);
    }

    private static int await(Session session, String what, String path)
            throws InterruptedException {
        Terminal terminal = session.terminal();
        Backoff backoff = new Backoff(session.shell().ticker(), session.options().timeout());
        Json page = session.client().get(path);
        String shown = "";
        while (page.number("totalSize") > 0 && !backoff.expired()) {
            String line = what + " is draining, " + left(page);
            if (terminal.animated()) {
                terminal.redraw(line);
            } else if (!line.equals(shown)) {
                terminal.message(line);
            }
            shown = line;
            backoff.pause();
            page = session.client().get(path);
        }
        terminal.closeLine();
        ConnectionsCommand.warn(terminal, page);
        if (page.number("totalSize") > 0) {
            terminal.message(Tone.BAD, "timed out: " + what + " goes on draining, " + left(page));
            return ExitCode.TIMEOUT;
        }
        terminal.message(Tone.GOOD, what + " is drained");
        return ExitCode.OK;
    }

    private static String left(Json page) {
        return Figures.count(page.number("totalSize"), "connection") + " left";
    }
}
