package io.sluice.cli.command;

import io.sluice.cli.client.RestClient;
import io.sluice.cli.json.Json;
import io.sluice.cli.output.Terminal;
import io.sluice.proto.resource.Kind;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** {@code sluicectl get}: resources of a kind, or some of them. */
@Command(
        name = "get",
        sortOptions = false,
        description = {
            "List the listeners, routes, clusters, certificates or nodes, or show those named.",
            "",
            "A table is cut to the width of the terminal; -o wide shows all of it. What -o yaml"
                    + " prints can be",
            "applied as it is.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  sluicectl get routes",
            "  sluicectl get cluster checkout-v2 -o yaml",
            "  sluicectl get clusters -l team=shop -o name"
        })
final class GetCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(
            index = "0",
            paramLabel = "KIND",
            description = "listeners, routes, clusters, certificates or nodes; singular or plural.")
    private String kind = "";

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "NAME",
            description = "Only these, such as shop.")
    private List<String> names = List.of();

    @Option(
            names = {"-l", "--label"},
            paramLabel = "KEY=VALUE",
            description = "Only those with this label; may be repeated. Such as -l team=shop.")
    private Map<String, String> labels = new LinkedHashMap<>();

    @Option(
            names = "--filter",
            paramLabel = "EXPRESSION",
            description =
                    "Only those the control plane finds by FIELD=VALUE, FIELD!=VALUE, FIELD:TEXT or"
                            + " a part of the name. Such as --filter checkout.")
    private String filter = "";

    GetCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        boolean nodes = kind.equalsIgnoreCase("node") || kind.equalsIgnoreCase("nodes");
        if (nodes) {
            new NodeTable(session).print(fetch("/api/v1/nodes"), names.size() == 1);
            return ExitCode.OK;
        }
        Kind wanted =
                Kind.parse(kind).orElseThrow(() -> Resources.unknownKind(kind, List.of("nodes")));
        print(wanted, fetch(Resources.path(wanted)));
        return ExitCode.OK;
    }

    private List<Json> fetch(String path) {
        RestClient client = session.client();
        if (names.isEmpty()) {
            String conditions = conditions();
            return client.list(
                    conditions.isEmpty()
                            ? path
                            : path + "?filter=" + RestClient.escape(conditions));
        }
        if (!conditions().isEmpty()) {
            throw new CommandException(ExitCode.USAGE, "names and a filter do not go together");
        }
        List<Json> found = new ArrayList<>();
        names.forEach(name -> found.add(client.get(path + "/" + RestClient.escape(name))));
        return found;
    }

    private String conditions() {
        List<String> conditions = new ArrayList<>();
        labels.forEach(
                (key, value) ->
                        conditions.add(
                                "labels." + key + "=\"" + value.replace("\"", "\\\"") + "\""));
        if (!filter.isEmpty()) {
            conditions.add(filter);
        }
        return String.join(" ", conditions);
    }

    private void print(Kind wanted, List<Json> resources) {
        Terminal terminal = session.terminal();
        switch (session.output()) {
            case JSON ->
                    session.printTree(names.size() == 1 ? resources.getFirst() : items(resources));
            case YAML -> ExportCommand.print(terminal, resources);
            case NAME ->
                    resources.forEach(resource -> terminal.line(Resources.name(wanted, resource)));
            case TABLE, WIDE -> {
                if (resources.isEmpty()) {
                    terminal.message(
                            "no "
                                    + wanted.plural()
                                    + (conditions().isEmpty() ? "" : " fit that filter"));
                    return;
                }
                boolean wide = session.output() == OutputFormat.WIDE;
                var table = ResourceTable.of(wanted, resources, wide, session.now());
                if (wide) {
                    table.printWide(terminal);
                } else {
                    table.print(terminal);
                }
            }
        }
    }

    private static Json items(List<Json> resources) {
        return Json.object(list -> list.put("items", Json.array(resources)));
    }
}
