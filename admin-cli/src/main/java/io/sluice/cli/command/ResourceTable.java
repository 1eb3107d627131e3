package io.sluice.cli.command;

import io.sluice.cli.json.Json;
import io.sluice.cli.output.Figures;
import io.sluice.cli.output.Table;
import io.sluice.proto.resource.Kind;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Resources as rows: for each kind the few things one looks for. */
final class ResourceTable {
    private static final List<String> WIDE = List.of("LABELS", "ETAG", "UPDATED");

    private ResourceTable() {}

    static Table of(Kind kind, List<Json> resources, boolean wide, Instant now) {
        List<String> headings = new ArrayList<>(List.of("NAME"));
        headings.addAll(headings(kind));
        headings.addAll(List.of(">REVISION", ">AGE"));
        if (wide) {
            headings.addAll(WIDE);
        }
        Table table = new Table(headings);
        for (Json resource : resources) {
            List<String> cells = new ArrayList<>(List.of(resource.text("name")));
            cells.addAll(cells(kind, resource.at("spec"), resource.at("status")));
            cells.add(resource.text("revision"));
            cells.add(Figures.age(resource.text("updateTime"), now));
            if (wide) {
                cells.add(Resources.labels(resource.at("labels")));
                cells.add(resource.text("etag"));
                cells.add(resource.text("updateTime"));
            }
            table.row(cells.stream().map(Table::cell).toList());
        }
        return table;
    }

    private static List<String> headings(Kind kind) {
        return switch (kind) {
            case LISTENER -> List.of("ADDRESS", "PROTOCOL", "CLUSTERS", "NODES");
            case ROUTE -> List.of("LISTENERS", "HOSTS", ">RULES", "CLUSTERS");
            case CLUSTER -> List.of(">ENDPOINTS", "BALANCER", "HEALTH CHECK", "ADDRESSES");
            case CERTIFICATE -> List.of("SUBJECT", "NAMES", "NOT AFTER");
        };
    }

    private static List<String> cells(Kind kind, Json spec, Json status) {
        return switch (kind) {
            case LISTENER ->
                    List.of(
                            address(spec),
                            spec.has("udp") ? "udp" : spec.has("tcp") ? "tcp" : "http",
                            clusters(spec),
                            spec.at("nodeSelector").members().isEmpty()
                                    ? "all"
                                    : Resources.labels(spec.at("nodeSelector")));
            case ROUTE ->
                    List.of(
                            Resources.list(spec.at("listeners")),
                            spec.items("hosts").isEmpty() ? "*" : Resources.list(spec.at("hosts")),
                            Integer.toString(spec.items("rules").size()),
                            targets(spec.items("rules")));
            case CLUSTER ->
                    List.of(
                            Integer.toString(spec.items("endpoints").size()),
                            only(spec.at("loadBalancer"), "roundRobin"),
                            spec.has("healthCheck")
                                    ? only(
                                            spec.at("healthCheck")
                                                    .without(
                                                            "interval",
                                                            "timeout",
                                                            "unhealthyAfter",
                                                            "healthyAfter"),
                                            "-")
                                    : "-",
                            addresses(spec.items("endpoints")));
            case CERTIFICATE ->
                    List.of(
                            Resources.orDash(status.text("subject")),
                            Resources.list(status.at("subjectAltNames")),
                            Resources.orDash(status.text("notAfter")));
        };
    }

    /** The name of the one member that is there. */
    private static String only(Json choice, String otherwise) {
        return choice.members().isEmpty() ? otherwise : choice.members().keySet().iterator().next();
    }

    private static String addresses(List<Json> endpoints) {
        return Resources.orDash(
                String.join(
                        ",",
                        endpoints.stream().map(endpoint -> endpoint.text("address")).toList()));
    }

    /** {@code 0.0.0.0:21,30000-30100}. */
    private static String address(Json spec) {
        return spec.items("ports").isEmpty()
                ? spec.text("address")
                : spec.text("address") + "," + Resources.list(spec.at("ports"));
    }

    /** Where its connections go, as far as it says that itself. */
    private static String clusters(Json spec) {
        Json options = spec.has("udp") ? spec.at("udp") : spec.at("tcp");
        if (options.has("rules")) {
            return targets(options.items("rules"));
        }
        return options.has("forward") ? target(options.at("forward")) : "by route";
    }

    private static String targets(List<Json> rules) {
        Set<String> targets = new LinkedHashSet<>();
        for (Json rule : rules) {
            if (rule.has("forward")) {
                targets.add(target(rule.at("forward")));
            } else {
                targets.add(rule.has("redirect") ? "(redirect)" : "(reply)");
            }
        }
        return Resources.orDash(String.join(",", targets));
    }

    /** {@code storefront}, or {@code checkout-v1:95,checkout-v2:5}. */
    static String target(Json forward) {
        if (forward.has("cluster")) {
            return forward.text("cluster");
        }
        return weights(forward.items("split"));
    }

    /** {@code checkout-v1:95,checkout-v2:5}. */
    static String weights(List<Json> split) {
        return String.join(
                ",",
                split.stream()
                        .map(entry -> entry.text("cluster") + ":" + entry.number("weight"))
                        .toList());
    }
}
