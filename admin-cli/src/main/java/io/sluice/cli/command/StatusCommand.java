package io.sluice.cli.command;

import io.sluice.cli.json.Json;
import io.sluice.cli.output.Figures;
import io.sluice.cli.output.ProblemLines;
import io.sluice.cli.output.Terminal;
import io.sluice.cli.output.Tone;

import picocli.CommandLine.Command;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/** {@code sluicectl status}: the fleet on one screen. */
@Command(
        name = "status",
        sortOptions = false,
        description = {
            "Show the fleet on one screen: control plane, resources, nodes and what is wrong with"
                    + " them, canaries.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {"  sluicectl status", "  sluicectl status -o json"})
final class StatusCommand implements Callable<Integer> {
    private static final int TROUBLES_SHOWN_MAX = 20;

    private final Session session;

    StatusCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Json status = session.client().get("/api/v1/status");
        if (session.printTree(status)) {
            return ExitCode.OK;
        }
        Fields fields = new Fields(session.terminal());
        fields.line(
                "Control plane",
                session.client().server()
                        + ", version "
                        + status.text("softwareVersion")
                        + ", up "
                        + Figures.age(status.text("startTime"), session.now())
                        + ", "
                        + status.text("database"));
        fields.line("Revision", status.text("revision") + " (epoch " + status.text("epoch") + ")");
        fields.line("Resources", resources(status.at("resources")));
        nodes(fields, status);
        canaries();
        return ExitCode.OK;
    }

    private static String resources(Json counts) {
        List<String> parts = new ArrayList<>();
        counts.members().forEach((plural, number) -> parts.add(number.text() + " " + plural));
        return String.join(", ", parts);
    }

    private void nodes(Fields fields, Json status) {
        Json nodes = status.at("nodes");
        long connected = nodes.number("connected");
        long active = nodes.number("active");
        Tone tone = active == connected && nodes.number("rejected") == 0 ? Tone.GOOD : Tone.BAD;
        fields.line(
                "Nodes",
                connected == 0 ? Tone.WARNING : tone,
                connected == 0
                        ? "none connected"
                        : active + " of " + connected + " connected on the newest revision");
        List<String> more = new ArrayList<>();
        for (String word : List.of("draining", "rejected", "gone")) {
            if (nodes.number(word) > 0) {
                more.add(nodes.number(word) + " " + word);
            }
        }
        fields.line("", Tone.WARNING, String.join(", ", more));
        troubles(session.client().list("/api/v1/nodes"));
    }

    private void troubles(List<Json> nodes) {
        Terminal terminal = session.terminal();
        List<String> lines = new ArrayList<>();
        Map<String, List<String>> unhealthy = new TreeMap<>();
        Map<String, String> reasons = new HashMap<>();
        for (Json node : nodes) {
            String name = Terminal.printable(node.text("name"));
            if (node.text("state").equals("gone")) {
                lines.add(
                        name
                                + ": gone, last seen "
                                + Figures.age(node.text("lastSeen"), session.now())
                                + " ago");
            }
            node.items("problems")
                    .forEach(problem -> lines.add(name + ": " + ProblemLines.of(problem)));
            for (Json endpoint : node.items("endpoints")) {
                if (endpoint.text("health").equals("unhealthy")) {
                    String which =
                            "endpoint "
                                    + endpoint.text("address")
                                    + " of "
                                    + endpoint.text("cluster");
                    unhealthy.computeIfAbsent(which, key -> new ArrayList<>()).add(name);
                    reasons.put(which, endpoint.text("reason"));
                }
            }
        }
        unhealthy.forEach(
                (which, seenBy) ->
                        lines.add(
                                Terminal.printable(
                                        which
                                                + " is unhealthy for "
                                                + (seenBy.size() > 3
                                                        ? Figures.count(seenBy.size(), "node")
                                                        : String.join(", ", seenBy))
                                                + ": "
                                                + reasons.get(which))));
        lines.stream()
                .limit(TROUBLES_SHOWN_MAX)
                .forEach(line -> terminal.line("  " + terminal.paint(Tone.BAD, line)));
        if (lines.size() > TROUBLES_SHOWN_MAX) {
            terminal.line(
                    "  ... and "
                            + (lines.size() - TROUBLES_SHOWN_MAX)
                            + " more; see sluicectl node list");
        }
    }

    private void canaries() {
        List<Json> owned =
                session.client().list("/api/v1/canaries").stream()
                        .filter(canary -> canary.flag("owned"))
                        .toList();
        if (!owned.isEmpty()) {
            session.terminal().line("");
            CanaryStatusCommand.table(session, owned).print(session.terminal());
        }
    }
}
