package io.sluice.cli.command;

import io.sluice.cli.json.Json;
import io.sluice.cli.output.Figures;
import io.sluice.cli.output.Table;
import io.sluice.cli.output.Tone;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Statistics as rows.
 *
 * @param byNode whether each row is of one node, which then comes first
 */
record StatsTables(boolean byNode) {

    Table listeners(List<Json> rows) {
        // Of UDP only, so not in the way of everyone else.
        boolean datagrams =
                rows.stream()
                        .anyMatch(
                                row ->
                                        row.decimal("datagramsInPerSecond")
                                                        + row.decimal("datagramsDroppedPerSecond")
                                                > 0);
        List<String> headings =
                new ArrayList<>(
                        List.of(
                                "LISTENER",
                                ">CONN/S",
                                ">OPEN",
                                ">REQ/S",
                                ">IN/S",
                                ">OUT/S",
                                ">REFUSED/S"));
        if (datagrams) {
            headings.addAll(List.of(">DGRAMS/S", ">DROPPED/S", ">DISPLACED/S"));
        }
        boolean denied =
                rows.stream().anyMatch(row -> row.decimal("connectionsDeniedPerSecond") > 0);
        if (denied) {
            headings.addAll(List.of(">DENIED/S", ">TARPITTED/S"));
        }
        boolean tls =
                rows.stream()
                        .anyMatch(
                                row ->
                                        row.decimal("handshakesPerSecond")
                                                        + row.decimal("handshakeFailuresPerSecond")
                                                > 0);
        if (tls) {
            headings.addAll(List.of(">TLS/S", ">RESUMED/S", ">TLS-FAIL/S", ">SNI-MISS/S"));
        }
        boolean webSockets =
                rows.stream()
                        .anyMatch(
                                row ->
                                        row.decimal("webSocketsPerSecond")
                                                        + row.decimal("webSocketBytesInPerSecond")
                                                        + row.decimal("webSocketBytesOutPerSecond")
                                                > 0);
        if (webSockets) {
            headings.addAll(List.of(">WS/S", ">WS-IN/S", ">WS-OUT/S"));
        }
        Table table = table(headings.toArray(String[]::new));
        for (Json row : rows) {
            double refused =
                    row.decimal("connectionsRefusedPerSecond")
                            + row.decimal("requestsRefusedPerSecond");
            List<Table.Cell> cells =
                    new ArrayList<>(
                            List.of(
                                    Table.cell(named(row.text("listener"))),
                                    rate(row, "connectionsAcceptedPerSecond"),
                                    Table.cell(Long.toString(row.number("connectionsOpen"))),
                                    rate(row, "requestsPerSecond"),
                                    bytes(row, "bytesInPerSecond"),
                                    bytes(row, "bytesOutPerSecond"),
                                    bad(refused)));
            if (datagrams) {
                cells.add(rate(row, "datagramsInPerSecond"));
                cells.add(bad(row.decimal("datagramsDroppedPerSecond")));
                cells.add(bad(row.decimal("sessionsDisplacedPerSecond")));
            }
            if (denied) {
                cells.add(bad(row.decimal("connectionsDeniedPerSecond")));
                cells.add(rate(row, "connectionsTarpittedPerSecond"));
            }
            if (tls) {
                cells.add(rate(row, "handshakesPerSecond"));
                cells.add(rate(row, "handshakesResumedPerSecond"));
                cells.add(bad(row.decimal("handshakeFailuresPerSecond")));
                cells.add(rate(row, "serverNameMissesPerSecond"));
            }
            if (webSockets) {
                cells.add(rate(row, "webSocketsPerSecond"));
                cells.add(bytes(row, "webSocketBytesInPerSecond"));
                cells.add(bytes(row, "webSocketBytesOutPerSecond"));
            }
            add(table, row, cells.toArray(Table.Cell[]::new));
        }
        return table;
    }

    Table routes(List<Json> rows) {
        Table table =
                table(
                        "ROUTE", "RULE", "CLUSTER", ">REQ/S", ">4XX/S", ">5XX/S", ">FAIL/S", ">P50",
                        ">P99");
        for (Json row : rows) {
            // Connections of an L4 listener are counted as requests of a rule "listener:NAME"
            // without a route.
            boolean l4 = row.text("rule").startsWith("listener:");
            add(
                    table,
                    row,
                    Table.cell(
                            l4 ? "-" : row.text("route").isEmpty() ? "(none)" : row.text("route")),
                    Table.cell(row.text("rule")),
                    Table.cell(row.text("cluster")),
                    rate(row, "requestsPerSecond"),
                    rate(row, "responses4xxPerSecond"),
                    bad(row.decimal("responses5xxPerSecond")),
                    bad(row.decimal("failuresPerSecond")),
                    latency(row, "p50Micros"),
                    latency(row, "p99Micros"));
        }
        return table;
    }

    Table endpoints(List<Json> rows) {
        Table table =
                table(
                        "CLUSTER",
                        "ENDPOINT",
                        ">REQ/S",
                        ">ACTIVE",
                        ">CONN/S",
                        ">FAIL/S",
                        ">P50",
                        ">P99");
        for (Json row : rows) {
            add(
                    table,
                    row,
                    Table.cell(named(row.text("cluster"))),
                    Table.cell(row.text("endpoint")),
                    rate(row, "requestsPerSecond"),
                    Table.cell(Long.toString(row.number("active"))),
                    rate(row, "connectionsOpenedPerSecond"),
                    bad(row.decimal("failuresPerSecond") + row.decimal("connectFailuresPerSecond")),
                    latency(row, "p50Micros"),
                    latency(row, "p99Micros"));
        }
        return table;
    }

    private Table table(String... headings) {
        List<String> all = new ArrayList<>(byNode ? List.of("NODE") : List.of());
        all.addAll(Arrays.asList(headings));
        return new Table(all);
    }

    private void add(Table table, Json row, Table.Cell... cells) {
        List<Table.Cell> all = new ArrayList<>();
        if (byNode) {
            all.add(Table.cell(row.text("node")));
        }
        all.addAll(Arrays.asList(cells));
        table.row(all);
    }

    private static Table.Cell rate(Json row, String name) {
        return Table.cell(Figures.rate(row.decimal(name)));
    }

    private static Table.Cell bytes(Json row, String name) {
        return Table.cell(Figures.bytes(row.decimal(name)));
    }

    private static Table.Cell bad(double rate) {
        return Table.cell(rate > 0 ? Tone.BAD : Tone.PLAIN, Figures.rate(rate));
    }

    private static Table.Cell latency(Json row, String quantile) {
        return Table.cell(Figures.latency(row.decimal(quantile)));
    }

    /** The row without a name holds what found no room in the statistics. */
    private static String named(String name) {
        return name.isEmpty() ? "(other)" : name;
    }
}
