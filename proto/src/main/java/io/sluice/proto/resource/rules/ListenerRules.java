package io.sluice.proto.resource.rules;

import io.sluice.proto.HostPort;
import io.sluice.proto.Limits;
import io.sluice.proto.PortRange;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.HttpLimits;
import io.sluice.proto.resource.v1.HttpOptions;
import io.sluice.proto.resource.v1.HttpTimeouts;
import io.sluice.proto.resource.v1.ListenerConfig;
import io.sluice.proto.resource.v1.TcpForward;
import io.sluice.proto.resource.v1.UdpOptions;
import io.sluice.proto.resource.v1.UdpPerDatagram;

import java.util.BitSet;
import java.util.Optional;

/** The checks of one listener. */
final class ListenerRules {
    private static final long UDP_IDLE_NANOS_MIN = 10_000_000;

    private ListenerRules() {}

    static void check(ListenerConfig listener, Problems problems) {
        address(listener.getAddress(), problems.at("address"));
        ports(listener, problems.at("ports"));
        AccessRules.check(listener, problems);
        SocketRules.check(listener, problems.at("socket"));
        BandwidthRules.check(listener, problems.at("bandwidth"));
        Checks.labels(
                listener.getNodeSelectorMap(),
                Limits.SMALL_LABELS_MAX,
                problems.at("nodeSelector"));
        if (listener.hasTls()) {
            TlsRules.check(listener, problems.at("tls"));
        }
        Checks.duration(
                listener.hasHandshakeTimeout(),
                listener.getHandshakeTimeout(),
                0,
                problems.at("handshakeTimeout"));
        Checks.drainTimeout(
                listener.hasDrainTimeout(),
                listener.getDrainTimeout(),
                problems.at("drainTimeout"));
        switch (listener.getProtocolCase()) {
            case HTTP -> http(listener.getHttp(), problems.at("http"));
            case TCP -> TcpRules.check(listener.getTcp(), problems.at("tcp"));
            case UDP -> udp(listener.getUdp(), problems.at("udp"));
            case PROTOCOL_NOT_SET ->
                    problems.reject(
                            "REQUIRED",
                            "needs one of http, tcp and udp",
                            "write http: {} for HTTP with all defaults");
        }
    }

    private static void address(String text, Problems problems) {
        if (text.isEmpty()) {
            problems.reject("REQUIRED", "is missing", "write it like 0.0.0.0:8080");
            return;
        }
        Optional<HostPort> address = HostPort.parse(text);
        if (address.isEmpty()) {
            problems.reject(
                    "BAD_ADDRESS", Checks.quoted(text) + " is not an address", addressHint(text));
        } else if (!address.get().isIp()) {
            problems.reject(
                    "BAD_ADDRESS",
                    Checks.quoted(address.get().host()) + " is a name, not an IP address",
                    "a listener binds an IP address, such as 127.0.0.1, or 0.0.0.0 for all");
        }
    }

    private static void ports(ListenerConfig listener, Problems problems) {
        BitSet taken = new BitSet();
        HostPort.parse(listener.getAddress()).ifPresent(address -> taken.set(address.port()));
        int count = 1;
        for (int i = 0; i < listener.getPortsCount(); i++) {
            count += TcpRules.ports(listener.getPorts(i), problems.item(i));
            Optional<PortRange> range = PortRange.parse(listener.getPorts(i));
            if (range.isEmpty()) {
                continue;
            }
            int again = taken.nextSetBit(range.get().first());
            if (again >= 0 && again <= range.get().last()) {
                problems.item(i)
                        .reject("DUPLICATE", "port " + again + " is there already", "name it once");
            }
            taken.set(range.get().first(), range.get().last() + 1);
        }
        Checks.count(count, Limits.LISTENER_PORTS_MAX, "ports", problems);
    }

    private static String addressHint(String text) {
        boolean port = text.chars().allMatch(Character::isDigit);
        if (port) {
            return "did you mean \"0.0.0.0:" + text + "\"?";
        }
        if (text.startsWith(":") || text.startsWith("*:")) {
            return "did you mean \"0.0.0.0" + text.substring(text.indexOf(':')) + "\"?";
        }
        if (text.indexOf(':') != text.lastIndexOf(':') && !text.startsWith("[")) {
            return "an IPv6 address stands in brackets: \"[::1]:8080\"";
        }
        return "write it like 0.0.0.0:8080; ports go to 65535";
    }

    private static void http(HttpOptions http, Problems problems) {
        timeouts(http.getTimeouts(), problems.at("timeouts"));
        limits(http.getLimits(), problems.at("limits"));
        Http2Rules.check(http.getHttp2(), problems.at("http2"));
        https(http, problems);
        TcpRules.networks(
                http.getTrustedProxiesList(), Limits.NETWORKS_MAX, problems.at("trustedProxies"));
    }

    private static void https(HttpOptions http, Problems problems) {
        Checks.range(http.hasHttpsPort(), http.getHttpsPort(), 1, 65_535, problems.at("httpsPort"));
        Checks.duration(http.hasHsts(), http.getHsts(), 0, problems.at("hsts"));
        if (http.getHstsSubdomains() && !http.hasHsts()) {
            problems.at("hstsSubdomains")
                    .reject("REQUIRED", "says nothing without hsts", "add hsts: 365d");
        }
    }

    private static void timeouts(HttpTimeouts timeouts, Problems problems) {
        Checks.duration(
                timeouts.hasRequestHead(),
                timeouts.getRequestHead(),
                0,
                problems.at("requestHead"));
        Checks.duration(
                timeouts.hasRequestBody(),
                timeouts.getRequestBody(),
                0,
                problems.at("requestBody"));
        Checks.duration(timeouts.hasIdle(), timeouts.getIdle(), 0, problems.at("idle"));
    }

    private static void limits(HttpLimits limits, Problems problems) {
        Checks.range(
                limits.hasHeadBytes(),
                limits.getHeadBytes(),
                Limits.HEAD_BYTES_MIN,
                Limits.HEAD_BYTES_MAX,
                problems.at("headBytes"));
        Checks.range(
                limits.hasHeaders(),
                limits.getHeaders(),
                1,
                Limits.HEAD_FIELDS_MAX,
                problems.at("headers"));
        Checks.range(
                limits.hasBodyBytes(),
                limits.getBodyBytes(),
                0,
                Long.MAX_VALUE,
                problems.at("bodyBytes"));
        Checks.range(
                limits.hasConnections(),
                limits.getConnections(),
                1,
                Limits.CONNECTIONS_MAX,
                problems.at("connections"));
    }

    private static void udp(UdpOptions udp, Problems problems) {
        forward(udp.hasForward(), udp.getForward(), problems.at("forward"));
        Checks.duration(
                udp.hasIdleTimeout(),
                udp.getIdleTimeout(),
                UDP_IDLE_NANOS_MIN,
                problems.at("idleTimeout"));
        Checks.range(
                udp.hasConnectionsMax(),
                udp.getConnectionsMax(),
                1,
                Limits.CONNECTIONS_MAX,
                problems.at("connectionsMax"));
        UdpPerDatagram perDatagram = udp.getPerDatagram();
        Checks.range(
                perDatagram.hasResponses(),
                perDatagram.getResponses(),
                0,
                Limits.DATAGRAM_RESPONSES_MAX,
                problems.at("perDatagram").at("responses"));
    }

    private static void forward(boolean present, TcpForward forward, Problems problems) {
        if (!present) {
            problems.reject("REQUIRED", "is missing", "write forward: { cluster: NAME }");
            return;
        }
        TcpRules.forward(forward, problems);
    }
}
