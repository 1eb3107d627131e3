package io.sluice.dataplane.listener;

import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.LeaveCompiler;
import io.sluice.dataplane.cluster.LeaveSpec;
import io.sluice.dataplane.l4.tcp.TcpSpecCompiler;
import io.sluice.dataplane.l4.udp.UdpSpecCompiler;
import io.sluice.dataplane.l7.route.RouteTable;
import io.sluice.dataplane.l7.stream.HttpSpec;
import io.sluice.dataplane.l7.stream.HttpSpecCompiler;
import io.sluice.dataplane.net.BandwidthSpecCompiler;
import io.sluice.dataplane.net.SocketSpecCompiler;
import io.sluice.proto.HostPort;
import io.sluice.proto.PortRange;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.ListenerConfig;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Compiles a listener. Pure. */
public final class ListenerCompiler {
    private ListenerCompiler() {}

    /**
     * Compiles a listener with the clusters of the same snapshot.
     *
     * @param clusters the cluster of a name, or null
     * @param routes those that name this listener; not looked at for L4
     * @param problems collects what is wrong
     * @return empty where an error was reported
     */
    public static Optional<ListenerSpec> compile(
            String name,
            ListenerConfig config,
            Function<String, @Nullable Cluster> clusters,
            RouteTable routes,
            Problems problems) {
        Optional<HostPort> address = HostPort.parse(config.getAddress()).filter(HostPort::isIp);
        if (address.isEmpty()) {
            problems.at("address")
                    .reject("INVALID_ADDRESS", "\"" + config.getAddress() + "\" is not IP:PORT");
            return Optional.empty();
        }
        return protocol(name, addresses(address.get(), config), config, clusters, routes, problems)
                .map(spec -> spec.with(SocketSpecCompiler.compile(config.getSocket())))
                .map(spec -> spec.with(BandwidthSpecCompiler.compile(config.getBandwidth())))
                .map(spec -> spec.leaving(leaving(config), config.getDrain()));
    }

    private static LeaveSpec leaving(ListenerConfig config) {
        return LeaveCompiler.compile(
                config.getOnChange(), config.hasDrainTimeout() ? config.getDrainTimeout() : null);
    }

    private static Optional<ListenerSpec> protocol(
            String name,
            List<HostPort> addresses,
            ListenerConfig config,
            Function<String, @Nullable Cluster> clusters,
            RouteTable routes,
            Problems problems) {
        return switch (config.getProtocolCase()) {
            case TCP ->
                    TcpSpecCompiler.compile(config.getTcp(), clusters, problems.at("tcp"))
                            .map(ListenerProtocol.Tcp::new)
                            .map(tcp -> new ListenerSpec(name, addresses, tcp));
            case UDP ->
                    UdpSpecCompiler.compile(config.getUdp(), clusters, problems.at("udp"))
                            .map(ListenerProtocol.Udp::new)
                            .map(udp -> new ListenerSpec(name, addresses, udp));
            case HTTP -> {
                HttpSpec spec = HttpSpecCompiler.compile(config.getHttp(), problems.at("http"));
                var http = new ListenerProtocol.Http(spec, routes);
                yield Optional.of(new ListenerSpec(name, addresses, http));
            }
            case PROTOCOL_NOT_SET -> {
                problems.reject("UNSUPPORTED", "needs a protocol that this node serves");
                yield Optional.empty();
            }
        };
    }

    private static List<HostPort> addresses(HostPort address, ListenerConfig config) {
        List<HostPort> addresses = new ArrayList<>();
        addresses.add(address);
        for (String text : config.getPortsList()) {
            PortRange.parse(text)
                    .ifPresent(
                            range -> {
                                for (int port = range.first(); port <= range.last(); port++) {
                                    addresses.add(address.withPort(port));
                                }
                            });
        }
        return addresses;
    }
}
