package io.sluice.cli.command;

import io.sluice.cli.client.RestClient;
import io.sluice.cli.json.Json;
import io.sluice.proto.DidYouMean;
import io.sluice.proto.HostPort;
import io.sluice.proto.resource.Kind;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** {@code sluicectl drain endpoint}: an endpoint of a cluster gets no new users. */
@Command(
        name = "endpoint",
        sortOptions = false,
        description = {
            "Take an endpoint out of service: no new users, and whom it has until the cluster's"
                    + " drainTimeout.",
            "",
            "Stored in the cluster (drain: true), so it stays so until --undo. Returns when nobody"
                    + " is left.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  sluicectl drain endpoint postgres 10.0.0.21:5432 --timeout 10m",
            "  sluicectl drain endpoint postgres 10.0.0.21:5432 --undo"
        })
final class DrainEndpointCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(index = "0", paramLabel = "CLUSTER", description = "Its cluster, such as postgres.")
    private String cluster = "";

    @Parameters(
            index = "1",
            paramLabel = "ADDRESS",
            description = "As the cluster has it, such as 10.0.0.21:5432.")
    private String address = "";

    @Mixin private final DrainFlags flags = new DrainFlags();

    DrainEndpointCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        Json resource = flags.read(session, Kind.CLUSTER, cluster);
        Map<String, Json> spec = new LinkedHashMap<>(resource.at("spec").members());
        List<Json> endpoints = resource.at("spec").items("endpoints");
        List<String> addresses = endpoints.stream().map(each -> each.text("address")).toList();
        if (!addresses.contains(address)) {
            String hint = DidYouMean.hint(address, addresses);
            throw new CommandException(
                    ExitCode.ERROR,
                    "cluster "
                            + cluster
                            + " has no endpoint "
                            + address
                            + (hint.isEmpty() ? "" : "; " + hint));
        }
        spec.put(
                "endpoints",
                Json.array(
                        endpoints.stream()
                                .map(
                                        each ->
                                                each.text("address").equals(address)
                                                        ? flags.said(each)
                                                        : each)
                                .toList()));
        return flags.change(
                session,
                resource,
                new Json.Members(spec),
                "endpoint " + address,
                "&cluster=" + RestClient.escape(cluster) + upstream());
    }

    /** A name stands for addresses that only nodes know: all that drains of the cluster counts. */
    private String upstream() {
        boolean ip = HostPort.parse(address).filter(HostPort::isIp).isPresent();
        return ip ? "&upstream=" + RestClient.escape(address) : "";
    }
}
