package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.net.HeldPort;
import io.sluice.dataplane.net.Transport;
import io.sluice.dataplane.telemetry.AccessRecord;
import io.sluice.proto.HostPort;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

class TcpRulesTest {
    private static final String RULES =
            """
            kind: Listener
            name: l4
            spec:
              address: 127.0.0.1:0
              tcp:
                rules:
                  - name: two
                    match: { sources: [127.0.0.2, 127.0.1.0/24] }
                    forward: { cluster: two }
                  - name: three
                    match: { sources: [127.0.0.0/29] }
                    forward: { cluster: three }
            ---
            kind: Cluster
            name: two
            spec: { endpoints: [{ address: "%s" }] }
            ---
            kind: Cluster
            name: three
            spec: { endpoints: [{ address: "%s" }] }
            """;

    @Test
    void takesTheFirstRuleThatHoldsByTheSourceNetwork() throws Exception {
        try (var two = new EchoServer("2");
                var three = new EchoServer("3");
                var node = new NodeFixture(Transport.AUTO)) {
            node.configure(RULES.formatted(two.address(), three.address()));
            assertThat(greeting(node, "127.0.0.2")).isEqualTo("2");
            assertThat(node.nextRecord().rule()).isEqualTo("listener:l4/two");
            assertThat(greeting(node, "127.0.1.77")).isEqualTo("2");
            assertThat(greeting(node, "127.0.0.3")).isEqualTo("3");
        }
    }

    @Test
    void closesWhatNoRuleTakes() throws Exception {
        try (var two = new EchoServer("2");
                var node = new NodeFixture(Transport.AUTO)) {
            node.configure(RULES.formatted(two.address(), two.address()));
            assertThat(greeting(node, "127.0.9.9")).isEmpty();
            AccessRecord record = node.nextRecord();
            assertThat(record.reason()).isEqualTo("NO_ROUTE");
            assertThat(record.phase()).isEqualTo("ROUTE");
            assertThat(record.client()).startsWith("127.0.9.9:");
            assertThat(two.connections).hasValue(0);
        }
    }

    @Test
    void listensOnRangesOfPortsAndTellsThemApart() throws Exception {
        try (var held = HeldPort.row(5);
                var low = new EchoServer("low");
                var high = new EchoServer("high");
                var node = new NodeFixture(Transport.AUTO)) {
            int first = held.port();
            node.configure(
                    """
                    kind: Listener
                    name: l4
                    spec:
                      address: 127.0.0.1:%d
                      ports: ["%d-%d", "%d"]
                      tcp:
                        rules:
                          - name: high
                            match: { ports: ["%d-65535"] }
                            forward: { cluster: high }
                          - { name: low, forward: { cluster: low } }
                    ---
                    kind: Cluster
                    name: low
                    spec: { endpoints: [{ address: "%s" }] }
                    ---
                    kind: Cluster
                    name: high
                    spec: { endpoints: [{ address: "%s" }] }
                    """
                            .formatted(
                                    first,
                                    first + 1,
                                    first + 3,
                                    first + 4,
                                    first + 3,
                                    low.address(),
                                    high.address()));
            assertThat(node.address("l4").port()).isEqualTo(first);
            for (int port = first; port < first + 5; port++) {
                try (Socket client = NodeFixture.connect(new HostPort("127.0.0.1", port))) {
                    assertThat(greeting(client)).isEqualTo(port < first + 3 ? "low" : "high");
                }
            }
            // The same sockets serve on when only the rules change.
            try (Socket before = NodeFixture.connect(new HostPort("127.0.0.1", first + 4))) {
                assertThat(greeting(before)).isEqualTo("high");
                node.configure(
                        """
                        kind: Listener
                        name: l4
                        spec:
                          address: 127.0.0.1:%d
                          ports: ["%d"]
                          tcp: { forward: { cluster: low } }
                        ---
                        kind: Cluster
                        name: low
                        spec: { endpoints: [{ address: "%s" }] }
                        """
                                .formatted(first, first + 4, low.address()));
                before.getOutputStream().write("still".getBytes(StandardCharsets.US_ASCII));
                assertThat(before.getInputStream().readNBytes(5))
                        .isEqualTo("still".getBytes(StandardCharsets.US_ASCII));
                try (Socket after = NodeFixture.connect(new HostPort("127.0.0.1", first + 4))) {
                    assertThat(greeting(after)).isEqualTo("low");
                }
            }
        }
    }

    @Test
    void sendsTheClientsOfOneNetworkToOneEndpoint() throws Exception {
        try (var a = new EchoServer("a");
                var b = new EchoServer("b");
                var c = new EchoServer("c");
                var node = new NodeFixture(Transport.AUTO)) {
            String config =
                    """
                    kind: Listener
                    name: l4
                    spec:
                      address: 127.0.0.1:0
                      tcp:
                        forward:
                          split: [{ cluster: x, weight: 1 }, { cluster: y, weight: 1 }]
                          sourceAffinity: { ipv4Prefix: 24 }
                    ---
                    kind: Cluster
                    name: x
                    spec: { endpoints: [{ address: "%s" }, { address: "%s" }] }
                    ---
                    kind: Cluster
                    name: y
                    spec: { endpoints: [{ address: "%s" }] }
                    """;
            node.configure(config.formatted(a.address(), b.address(), c.address()));
            Map<Integer, String> byNetwork = new HashMap<>();
            for (int i = 0; i < 120; i++) {
                int network = i % 60;
                String name = greeting(node, "127.0." + network + "." + (1 + i));
                assertThat(byNetwork.putIfAbsent(network, name)).isIn(name, null);
            }
            Set<String> used = new HashSet<>(byNetwork.values());
            assertThat(used).containsExactlyInAnyOrder("a", "b", "c");
            // Whoever was elsewhere stays when one endpoint leaves.
            node.configure(
                    config.formatted(a.address(), a.address(), c.address())
                            .replace(", { address: \"" + a.address() + "\" }", ""));
            byNetwork.forEach(
                    (network, name) -> {
                        String now = greetingUnchecked(node, "127.0." + network + ".200");
                        assertThat(now).isEqualTo(name.equals("b") ? "a" : name);
                    });
        }
    }

    private static String greetingUnchecked(NodeFixture node, String from) {
        try {
            return greeting(node, from);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String greeting(NodeFixture node, String from) throws IOException {
        HostPort address = node.address("l4");
        try (var client = new Socket()) {
            client.setSoTimeout(NodeFixture.SOCKET_TIMEOUT_MILLIS);
            client.bind(new InetSocketAddress(from, 0));
            client.connect(new InetSocketAddress(address.host(), address.port()));
            return greeting(client);
        }
    }

    private static String greeting(Socket client) throws IOException {
        byte[] bytes = new byte[16];
        int length = client.getInputStream().read(bytes);
        return length < 0 ? "" : new String(bytes, 0, length, StandardCharsets.US_ASCII);
    }
}
