package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.net.Transport;
import io.sluice.dataplane.telemetry.Flow;
import io.sluice.dataplane.telemetry.FlowPage;
import io.sluice.dataplane.telemetry.FlowQuery;
import io.sluice.dataplane.telemetry.FlowQuery.Order;
import io.sluice.proto.HostPort;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What becomes of those whom a change does not cover any more: kept, drained or cut. */
class DeparturesTest {
    private static final FlowQuery DRAINING =
            new FlowQuery("", "", null, "", 0, true, Order.OLDEST, 100);

    private EchoServer first;
    private EchoServer second;
    private NodeFixture node;

    @BeforeEach
    void open() throws IOException {
        first = new EchoServer("1");
        second = new EchoServer("2");
        node = new NodeFixture(Transport.AUTO);
    }

    @AfterEach
    void close() {
        node.close();
        first.close();
        second.close();
    }

    /** How an endpoint can leave, before and after. */
    enum Way {
        REMOVED("{ address: \"FIRST\", weight: 1000 }, ", ""),
        WEIGHTLESS("{ address: \"FIRST\", weight: 1000 }, ", "{ address: \"FIRST\", weight: 0 }, ");

        final String before;
        final String after;

        Way(String before, String after) {
            this.before = before;
            this.after = after;
        }
    }

    private String tcp(String endpoint, String leave) {
        return """
        kind: Listener
        name: l4
        spec:
          address: 127.0.0.1:0
          tcp: { forward: { cluster: c } }
        ---
        kind: Cluster
        name: c
        spec:
          %s
          endpoints: [%s{ address: "%s", weight: 1 }]
        """
                .formatted(leave, endpoint.replace("FIRST", first.address()), second.address());
    }

    /** A client of the endpoint with nearly all of the weight. */
    private Socket atFirst() throws IOException {
        for (int i = 0; i < 100; i++) {
            Socket client = node.connect("l4");
            if (client.getInputStream().read() == '1') {
                return client;
            }
            client.close();
        }
        throw new AssertionError("nobody got to the first endpoint");
    }

    private static void assertEchoes(Socket client) throws IOException {
        client.getOutputStream().write('x');
        assertThat(client.getInputStream().read()).isEqualTo('x');
    }

    private FlowPage draining() throws Exception {
        return node.listeners.flows(DRAINING).get(60, TimeUnit.SECONDS);
    }

    private String reasonOf(String upstream) throws InterruptedException {
        while (true) {
            var record = node.nextRecord();
            if (record.endpoint().equals(upstream)) {
                return record.reason();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void whoIsAtAnEndpointThatLeavesIsKept(Way way) throws Exception {
        node.configure(tcp(way.before, ""));
        try (Socket client = atFirst()) {
            node.configure(tcp(way.after, ""));
            assertEchoes(client);
            assertThat(draining().matched()).isZero();
            assertThat(node.connect("l4").getInputStream().read()).isEqualTo('2');
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void orCutAtOnce(Way way) throws Exception {
        node.configure(tcp(way.before, "onChange: cut"));
        try (Socket client = atFirst()) {
            node.configure(tcp(way.after, "onChange: cut"));
            try (Socket other = node.connect("l4")) {
                PlainSockets.assertEnds(client);
                assertThat(reasonOf(first.address())).isEqualTo("DRAINING");
                assertThat(other.getInputStream().read()).isEqualTo('2');
                assertEchoes(other);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void orHasUntilADeadlineThatIsInTheTable(Way way) throws Exception {
        String leave = "onChange: drain\n  drainTimeout: 1h";
        node.configure(tcp(way.before, leave));
        try (Socket client = atFirst()) {
            node.configure(tcp(way.after, leave));
            assertEchoes(client);
            Flow left = draining().flows().getFirst();
            assertThat(left.client()).isEqualTo("127.0.0.1:" + client.getLocalPort());
            assertThat(left.cutInMillis()).isBetween(1L, 3_600_000L);
            assertThat(node.connect("l4").getInputStream().read()).isEqualTo('2');

            // Back in service, it keeps whom it has.
            node.configure(tcp(way.before, leave));
            assertThat(draining().matched()).isZero();
            assertEchoes(client);
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void andIsCutThen(Way way) throws Exception {
        String leave = "onChange: drain\n  drainTimeout: 10ms";
        node.configure(tcp(way.before, leave));
        try (Socket client = atFirst()) {
            node.configure(tcp(way.after, leave));
            PlainSockets.assertEnds(client);
            assertThat(reasonOf(first.address())).isEqualTo("DRAINING");
            assertThat(draining().matched()).isZero();
        }
    }

    @Test
    void anOperatorDrainsAnEndpointWhateverAChangeDoes() throws Exception {
        node.configure(tcp(Way.REMOVED.before, "drainTimeout: 1h"));
        String drained = "{ address: \"FIRST\", weight: 1000, drain: true }, ";
        try (Socket client = atFirst()) {
            node.configure(tcp(drained, "drainTimeout: 1h"));
            assertEchoes(client);
            assertThat(draining().matched()).isEqualTo(1);
            assertThat(node.connect("l4").getInputStream().read()).isEqualTo('2');
            client.shutdownOutput();
            PlainSockets.assertEnds(client);
            assertThat(reasonOf(first.address())).isEmpty();
            assertThat(draining().matched()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut", "drain\n  drainTimeout: 10ms"})
    void udpSessionsAreCutToo(String onChange) throws Exception {
        try (var one = new UdpEcho("1:");
                var two = new UdpEcho("2:")) {
            String yaml =
                    """
                    kind: Listener
                    name: l4
                    spec:
                      address: 127.0.0.1:0
                      udp: { forward: { cluster: c } }
                    ---
                    kind: Cluster
                    name: c
                    spec:
                      onChange: %s
                      endpoints: [{ address: "%s" }]
                    """;
            node.configure(yaml.formatted(onChange, one.address()));
            try (var client = new UdpClient(node.address("l4"))) {
                assertThat(client.ask("a")).isEqualTo("1:a");
                node.configure(yaml.formatted(onChange, two.address()));
                assertThat(reasonOf(one.address())).isEqualTo("DRAINING");
                // A new session.
                assertThat(client.ask("b")).isEqualTo("2:b");
            }
        }
    }

    @Test
    void sessionsOfAUdpListenerThatIsDrainedGoOn() throws Exception {
        try (var echo = new UdpEcho("1:")) {
            String yaml =
                    """
                    kind: Listener
                    name: l4
                    spec:
                      address: 127.0.0.1:0
                      drain: %s
                      drainTimeout: 1h
                      udp: { forward: { cluster: c } }
                    ---
                    kind: Cluster
                    name: c
                    spec: { endpoints: [{ address: "%s" }] }
                    """;
            node.configure(yaml.formatted(false, echo.address()));
            try (var client = new UdpClient(node.address("l4"))) {
                assertThat(client.ask("a")).isEqualTo("1:a");
                node.configure(yaml.formatted(true, echo.address()));
                assertThat(node.listeners.addresses()).isEmpty();
                assertThat(client.ask("b")).isEqualTo("1:b");
                assertThat(draining().matched()).isEqualTo(1);
                node.configure(yaml.formatted(false, echo.address()));
                assertThat(draining().matched()).isZero();
                try (var fresh = new UdpClient(node.address("l4"))) {
                    assertThat(fresh.ask("c")).isEqualTo("1:c");
                }
            }
        }
    }

    // ---- listeners

    private String listener(String spec) {
        return """
        kind: Listener
        name: l4
        spec:
          %s
          tcp: { forward: { cluster: c } }
        ---
        """
                        .formatted(spec)
                + rest();
    }

    private String rest() {
        return """
        kind: Cluster
        name: c
        spec: { endpoints: [{ address: "%s" }] }
        """
                .formatted(first.address());
    }

    @Test
    void connectionsOfAListenerThatIsGoneAreKept() throws Exception {
        node.configure(listener("address: 127.0.0.1:0"));
        try (Socket client = atFirst()) {
            node.configure(rest());
            assertEchoes(client);
            assertThat(draining().matched()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut", "drain\n  drainTimeout: 10ms"})
    void orCut(String onChange) throws Exception {
        node.configure(listener("address: 127.0.0.1:0\n  onChange: " + onChange));
        try (Socket client = atFirst()) {
            node.configure(rest());
            PlainSockets.assertEnds(client);
            assertThat(reasonOf(first.address())).isEqualTo("DRAINING");
        }
    }

    @Test
    void aListenerThatMovesLeavesThoseOfItsOldAddressBehind() throws Exception {
        String leave = "\n  onChange: drain\n  drainTimeout: 1h";
        node.configure(listener("address: 127.0.0.1:0" + leave));
        try (Socket old = atFirst()) {
            node.configure(listener("address: 127.0.0.2:0" + leave));
            try (Socket fresh = atFirst()) {
                assertThat(draining().flows())
                        .extracting(Flow::client)
                        .containsExactly("127.0.0.1:" + old.getLocalPort());
                assertEchoes(old);
                node.configure(listener("address: 127.0.0.3:0\n  onChange: cut"));
                PlainSockets.assertEnds(fresh);
                assertEchoes(old);
                assertThat(draining().matched()).isEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:80, 127.0.0.1, 80, true",
        "127.0.0.1:80, 127.0.0.1, 81, false",
        "127.0.0.1:80, 127.0.0.2, 80, false",
        "0.0.0.0:80, 127.0.0.2, 80, true",
        "0.0.0.0:80, ::1, 80, false",
        "'[::]:80', ::1, 80, true",
        "'[::]:80', 127.0.0.1, 80, true",
        "'[::1]:80', ::1, 80, true"
    })
    void anAddressCoversWhatComesThere(String address, String local, int port, boolean covered) {
        var addresses = new ListenerAddresses(List.of(HostPort.parse(address).orElseThrow()));
        assertThat(addresses.cover(new InetSocketAddress(local, port))).isEqualTo(covered);
    }

    @Test
    void anOperatorDrainsAListener() throws Exception {
        node.configure(listener("address: 127.0.0.1:0"));
        try (Socket client = atFirst()) {
            node.configure(listener("address: 127.0.0.1:0\n  drain: true\n  drainTimeout: 1h"));
            assertThat(node.listeners.addresses()).isEmpty();
            assertThat(node.listeners.problems()).isEmpty();
            assertEchoes(client);
            assertThat(draining().matched()).isEqualTo(1);
            node.configure(listener("address: 127.0.0.1:0"));
            assertThat(draining().matched()).isZero();
            assertEchoes(client);
            assertEchoes(atFirst());
        }
    }

    // ---- HTTP

    private String http(String listener, String cluster, String upstream) {
        return """
        kind: Listener
        name: web
        spec: { %s, http: {} }
        ---
        kind: Route
        name: all
        spec:
          listeners: [web]
          rules: [{ name: all, forward: { cluster: c } }]
        ---
        kind: Cluster
        name: c
        spec: { %s endpoints: [{ address: "%s" }] }
        """
                .formatted(listener, cluster, upstream);
    }

    @Test
    void aRequestAtAnEndpointThatIsCutGetsItsReply() throws Exception {
        try (var silent = new SilentServer()) {
            String address = "address: \"127.0.0.1:0\"";
            node.configure(http(address, "onChange: cut,", silent.address()));
            try (Socket client = node.connect("web")) {
                PlainSockets.get(client);
                silent.awaitConnection();
                node.configure(http(address, "onChange: cut,", second.address()));
                String head =
                        new String(
                                client.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
                assertThat(head).isEqualTo("HTTP/1.1 503");
                assertThat(node.nextRecord().reason()).isEqualTo("DRAINING");
            }
        }
    }

    @Test
    void anHttpConnectionOfAnAddressThatIsLeftEndsWithItsRequest() throws Exception {
        try (var silent = new SilentServer()) {
            String leave = ", onChange: drain, drainTimeout: 1h";
            node.configure(http("address: \"127.0.0.1:0\"" + leave, "", silent.address()));
            try (Socket client = node.connect("web")) {
                PlainSockets.get(client);
                Socket server = silent.awaitConnection();
                node.configure(http("address: \"127.0.0.2:0\"" + leave, "", silent.address()));
                assertThat(draining().flows())
                        .singleElement()
                        .satisfies(flow -> assertThat(flow.protocol()).isEqualTo("http1"));
                PlainSockets.assertEndsWithItsResponse(server, client);
            }
            assertThat(node.nextRecord().status()).isEqualTo(200);
        }
    }

    @Test
    void connectionsOfAnHttpListenerThatIsGoneAreCut() throws Exception {
        try (var silent = new SilentServer()) {
            String address = "address: \"127.0.0.1:0\", onChange: cut";
            node.configure(http(address, "", silent.address()));
            try (Socket client = node.connect("web")) {
                PlainSockets.get(client);
                silent.awaitConnection();
                node.configure("kind: Cluster\nname: c\nspec: {}\n");
                PlainSockets.assertEnds(client);
                assertThat(node.nextRecord().reason()).isEqualTo("DRAINING");
            }
        }
    }
}
