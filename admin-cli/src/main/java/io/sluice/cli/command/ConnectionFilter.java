package io.sluice.cli.command;

import io.sluice.cli.client.RestClient;

import picocli.CommandLine.Option;

/** Which connections. */
final class ConnectionFilter {
    @Option(
            names = "--node",
            paramLabel = "NODE",
            description = "Only of this node, such as node-1.")
    private String node = "";

    @Option(
            names = "--listener",
            paramLabel = "NAME",
            description = "Only of this listener, such as --listener postgres.")
    private String listener = "";

    @Option(
            names = "--cluster",
            paramLabel = "NAME",
            description = "Only to this cluster, such as --cluster postgres.")
    private String cluster = "";

    @Option(
            names = "--client",
            paramLabel = "NETWORK",
            description = "Only of clients in this network, such as --client 192.0.2.0/24.")
    private String client = "";

    @Option(
            names = "--upstream",
            paramLabel = "IP:PORT",
            description = "Only to this endpoint, such as --upstream 10.0.0.21:5432.")
    private String upstream = "";

    @Option(
            names = "--id",
            paramLabel = "ID",
            description = "Only this one, as the list shows it; with --node.")
    private String id = "";

    @Option(
            names = "--draining",
            description = "Only those that a drain of their listener or endpoint will cut.")
    private boolean draining;

    /** The query of a request, with what comes before and behind. */
    String query(String first) {
        return "?"
                + first
                + parameter("node", node)
                + parameter("listener", listener)
                + parameter("cluster", cluster)
                + parameter("client", client)
                + parameter("upstream", upstream)
                + parameter("id", id)
                + (draining ? "&draining=true" : "");
    }

    private static String parameter(String name, String value) {
        return value.isEmpty() ? "" : "&" + name + "=" + RestClient.escape(value);
    }
}
