package io.sluice.cli.command;

import io.sluice.cli.json.Json;
import io.sluice.cli.output.Figures;
import io.sluice.cli.output.Table;
import io.sluice.cli.output.Terminal;
import io.sluice.cli.output.Tone;
import io.sluice.cli.output.YamlText;

import java.util.ArrayList;
import java.util.List;

/** Nodes as rows. */
final class NodeTable {
    private final Session session;

    NodeTable(Session session) {
        this.session = session;
    }

    /**
     * @param single whether one node was asked for by name: a tree is then that node, not a list
     */
    void print(List<Json> nodes, boolean single) {
        Terminal terminal = session.terminal();
        switch (session.output()) {
            case JSON -> session.printTree(single ? nodes.getFirst() : list(nodes));
            case YAML -> terminal.print(YamlText.documents(nodes));
            case NAME -> nodes.forEach(node -> terminal.line("node/" + node.text("name")));
            case TABLE -> table(nodes, false);
            case WIDE -> table(nodes, true);
        }
    }

    private static Json list(List<Json> nodes) {
        return Json.object(list -> list.put("items", Json.array(nodes)));
    }

    private void table(List<Json> nodes, boolean wide) {
        if (nodes.isEmpty()) {
            session.terminal().message("no node has connected yet");
            return;
        }
        List<String> headings =
                new ArrayList<>(
                        List.of(
                                "NAME",
                                "STATE",
                                ">REVISION",
                                "CONFIG",
                                ">ENDPOINTS",
                                ">SEEN",
                                "VERSION",
                                "ADDRESS"));
        if (wide) {
            headings.add("LABELS");
        }
        Table table = new Table(headings);
        for (Json node : nodes) {
            List<Table.Cell> cells =
                    new ArrayList<>(
                            List.of(
                                    Table.cell(node.text("name")),
                                    state(node),
                                    Table.cell(node.text("activeRevision")),
                                    config(node),
                                    endpoints(node),
                                    Table.cell(Figures.age(node.text("lastSeen"), session.now())),
                                    Table.cell(node.text("softwareVersion")),
                                    Table.cell(node.text("address"))));
            if (wide) {
                cells.add(Table.cell(Resources.labels(node.at("labels"))));
            }
            table.row(cells);
        }
        if (wide) {
            table.printWide(session.terminal());
        } else {
            table.print(session.terminal());
        }
    }

    static Table.Cell state(Json node) {
        String state = node.text("state");
        return switch (state) {
            case "connected" -> Table.cell(Tone.GOOD, state);
            case "draining" -> Table.cell(Tone.WARNING, node.flag("drained") ? "drained" : state);
            default -> Table.cell(Tone.BAD, state);
        };
    }

    /** In one word whether the node does what it should. */
    static Table.Cell config(Json node) {
        int problems = node.items("problems").size();
        long wanted = node.number("wantedRevision");
        if (problems > 0) {
            return Table.cell(Tone.BAD, Figures.count(problems, "problem"));
        }
        if (node.number("activeRevision") == wanted) {
            return Table.cell(Tone.GOOD, "in sync");
        }
        return Table.cell(Tone.WARNING, "wants " + wanted);
    }

    /** Healthy endpoints of all. */
    private static Table.Cell endpoints(Json node) {
        List<Json> endpoints = node.items("endpoints");
        long healthy =
                endpoints.stream()
                        .filter(endpoint -> endpoint.text("health").equalsIgnoreCase("healthy"))
                        .count();
        return Table.cell(
                healthy == endpoints.size() ? Tone.PLAIN : Tone.BAD,
                healthy + "/" + endpoints.size());
    }
}
