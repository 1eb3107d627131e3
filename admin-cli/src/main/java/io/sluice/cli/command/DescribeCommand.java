package io.sluice.cli.command;

import io.sluice.cli.client.RestClient;
import io.sluice.cli.json.Json;
import io.sluice.cli.output.Figures;
import io.sluice.cli.output.Table;
import io.sluice.cli.output.Terminal;
import io.sluice.cli.output.Tone;
import io.sluice.cli.output.YamlText;
import io.sluice.proto.resource.Kind;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code sluicectl describe}: one resource and what stands around it. */
@Command(
        name = "describe",
        sortOptions = false,
        description = {
            "Show everything about one resource: its spec, who refers to it, its canary, its"
                    + " endpoints' health.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {"  sluicectl describe route shop", "  sluicectl describe cluster checkout-v2"})
final class DescribeCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(
            index = "0",
            paramLabel = "KIND",
            description = "listener, route, cluster, certificate or node; singular or plural.")
    private String kind = "";

    @Parameters(index = "1", paramLabel = "NAME", description = "Which one, such as shop.")
    private String name = "";

    DescribeCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (kind.equalsIgnoreCase("node") || kind.equalsIgnoreCase("nodes")) {
            NodeDescribeCommand.describe(session, name);
            return ExitCode.OK;
        }
        Kind wanted =
                Kind.parse(kind).orElseThrow(() -> Resources.unknownKind(kind, List.of("nodes")));
        Json resource =
                session.client().get(Resources.path(wanted) + "/" + RestClient.escape(name));
        if (!session.printTree(resource)) {
            describe(wanted, resource);
        }
        return ExitCode.OK;
    }

    private void describe(Kind wanted, Json resource) {
        Terminal terminal = session.terminal();
        Fields fields = new Fields(terminal);
        fields.line(wanted.title(), name);
        fields.line("Labels", Resources.labels(resource.at("labels")));
        fields.line("Revision", resource.text("revision"));
        fields.line("Created", time(resource.text("createTime")));
        fields.line("Updated", time(resource.text("updateTime")));
        fields.line("ETag", resource.text("etag"));
        fields.line("Referred to by", Resources.orDash(String.join(", ", referrers(wanted))));
        Json status = resource.at("status");
        if (!status.members().isEmpty()) {
            block("Status", status);
        }
        block("Spec", resource.at("spec"));
        switch (wanted) {
            case ROUTE -> canaries(name + "/");
            case LISTENER -> canaries("listener:" + name);
            case CLUSTER -> health();
            case CERTIFICATE -> {}
        }
    }

    private String time(String time) {
        return time.isEmpty()
                ? ""
                : Figures.time(time) + " (" + Figures.age(time, session.now()) + " ago)";
    }

    private void block(String heading, Json tree) {
        Terminal terminal = session.terminal();
        terminal.line(terminal.paint(Tone.STRONG, heading + ":"));
        YamlText.of(tree).lines().forEach(line -> terminal.line("  " + Terminal.printable(line)));
    }

    private List<String> referrers(Kind wanted) {
        List<String> referrers = new ArrayList<>();
        if (wanted == Kind.LISTENER || wanted == Kind.CLUSTER) {
            for (Json route : session.client().list(Resources.path(Kind.ROUTE))) {
                boolean refers =
                        wanted == Kind.LISTENER
                                ? contains(route.at("spec").items("listeners"))
                                : route.at("spec").items("rules").stream()
                                        .anyMatch(rule -> forwardsHere(rule.at("forward")));
                if (refers) {
                    referrers.add("route " + route.text("name"));
                }
            }
        }
        if (wanted == Kind.CLUSTER) {
            for (Json listener : session.client().list(Resources.path(Kind.LISTENER))) {
                if (forwardsHere(listener.at("spec").at("tcp").at("forward"))) {
                    referrers.add("listener " + listener.text("name"));
                }
            }
        }
        return referrers;
    }

    private boolean contains(List<Json> names) {
        return names.stream().anyMatch(each -> each.text().equals(name));
    }

    private boolean forwardsHere(Json forward) {
        return forward.text("cluster").equals(name)
                || forward.items("split").stream()
                        .anyMatch(entry -> entry.text("cluster").equals(name));
    }

    private void canaries(String prefix) {
        List<Json> ours =
                session.client().list("/api/v1/canaries").stream()
                        .filter(canary -> canary.text("split").startsWith(prefix))
                        .toList();
        if (!ours.isEmpty()) {
            session.terminal().line("");
            CanaryStatusCommand.table(session, ours).print(session.terminal());
        }
    }

    private void health() {
        Table table = new Table("NODE", "ENDPOINT", "HEALTH", ">SINCE", "REASON");
        for (Json node : session.client().list("/api/v1/nodes")) {
            for (Json endpoint : node.items("endpoints")) {
                if (endpoint.text("cluster").equals(name)) {
                    table.row(
                            Table.cell(node.text("name")),
                            Table.cell(endpoint.text("address")),
                            NodeDescribeCommand.health(endpoint),
                            Table.cell(Figures.age(endpoint.text("since"), session.now())),
                            Table.cell(endpoint.text("reason")));
                }
            }
        }
        if (table.size() > 0) {
            session.terminal().line("");
            table.print(session.terminal());
        }
    }
}
