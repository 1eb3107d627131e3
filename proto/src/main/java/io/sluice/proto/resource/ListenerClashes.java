package io.sluice.proto.resource;

import io.sluice.proto.HostPort;
import io.sluice.proto.Limits;
import io.sluice.proto.PortRange;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.ListenerConfig;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Listeners that one node could have to bind on one port: equal or overlapping addresses, and
 * selectors that a node can match both of. {@code [::]} takes IPv4 as well, so it overlaps
 * everything. UDP has ports of its own. Pure.
 */
final class ListenerClashes {
    private ListenerClashes() {}

    private record Port(boolean udp, int number) {}

    private record Bound(Resource listener, HostPort address) {}

    /** Rejects each listener that clashes with one of an earlier name, once per pair. */
    static void check(Collection<Resource> listeners, Problems problems) {
        Map<Port, List<Bound>> byPort = new HashMap<>();
        for (Resource listener : listeners) {
            Optional<HostPort> address = HostPort.parse(listener.listener().getAddress());
            if (address.isEmpty()) {
                continue;
            }
            check(listener, address.get(), byPort, problems);
        }
    }

    /** Looks at each port; one problem per pair of listeners is enough. */
    private static void check(
            Resource listener, HostPort address, Map<Port, List<Bound>> byPort, Problems problems) {
        Set<ResourceKey> told = new HashSet<>();
        told.add(listener.key());
        for (int port : ports(listener.listener(), address.port())) {
            List<Bound> others =
                    byPort.computeIfAbsent(
                            new Port(listener.listener().hasUdp(), port),
                            each -> new ArrayList<>());
            Bound bound = new Bound(listener, address.withPort(port));
            for (Bound other : others) {
                if (overlap(bound.address, other.address)
                        && canMeet(selector(bound), selector(other))
                        && told.add(other.listener.key())) {
                    reject(bound, other, problems);
                }
            }
            others.add(bound);
        }
    }

    /** Those that it binds; none for 0, of which there can be any number. */
    private static Set<Integer> ports(ListenerConfig listener, int port) {
        Set<Integer> ports = new LinkedHashSet<>();
        if (port != 0) {
            ports.add(port);
        }
        for (String text : listener.getPortsList()) {
            Optional<PortRange> range = PortRange.parse(text);
            int first = range.map(PortRange::first).orElse(0);
            int last = range.map(PortRange::last).orElse(-1);
            // More are refused by the rules of the kind.
            for (int each = first; each <= last; each++) {
                if (ports.size() > Limits.LISTENER_PORTS_MAX) {
                    return ports;
                }
                ports.add(each);
            }
        }
        return ports;
    }

    static boolean overlap(HostPort a, HostPort b) {
        if (a.host().equals(b.host())) {
            return true;
        }
        boolean sameFamily = a.isIpv6() == b.isIpv6();
        boolean aTakes = a.isWildcard() && (sameFamily || a.isIpv6());
        boolean bTakes = b.isWildcard() && (sameFamily || b.isIpv6());
        return aTakes || bTakes;
    }

    /**
     * Whether a node can have labels that both select: unless they want one key to have two values.
     */
    static boolean canMeet(Map<String, String> a, Map<String, String> b) {
        return a.entrySet().stream()
                .allMatch(
                        wanted ->
                                b.getOrDefault(wanted.getKey(), wanted.getValue())
                                        .equals(wanted.getValue()));
    }

    private static Map<String, String> selector(Bound bound) {
        return bound.listener.listener().getNodeSelectorMap();
    }

    private static void reject(Bound bound, Bound other, Problems problems) {
        boolean selected = !selector(bound).isEmpty() || !selector(other).isEmpty();
        problems.in(bound.listener.key())
                .at("address")
                .reject(
                        "LISTENER_CLASH",
                        bound.address
                                + " overlaps "
                                + other.address
                                + " of "
                                + other.listener.key()
                                + (selected ? ", and a node can match both selectors" : ""),
                        "change the address or the port, or let their nodeSelector differ in a"
                                + " value");
    }
}
