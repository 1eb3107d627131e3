package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.cluster.resolve.ResolvedHost;
import io.sluice.dataplane.net.Transport;
import io.sluice.dataplane.telemetry.Flow;
import io.sluice.dataplane.telemetry.FlowQuery;
import io.sluice.dataplane.telemetry.FlowQuery.Order;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Changes that leave someone behind in another way than by the removal of an endpoint or a
 * listener, which {@link DeparturesTest} has, and changes that leave nobody behind.
 */
@Timeout(120)
class LeftBehindTest {
    private static final FlowQuery DRAINING =
            new FlowQuery("", "", null, "", 0, true, Order.OLDEST, 100);
    private static final Duration REFRESH = Duration.ofNanos(2 * ResolvedHost.REFRESH_NANOS);
    private static final String CUT = "onChange: cut";
    private static final String DRAIN = "onChange: drain\n  drainTimeout: 10m";

    private final MovingClock clock = new MovingClock();
    private final AtomicInteger lookUps = new AtomicInteger();
    private volatile List<String> addresses = List.of("127.0.0.1", "127.0.0.2");
    private EchoServer upstream;
    private NodeFixture node;

    @BeforeEach
    void open() throws IOException {
        upstream = EchoServer.everywhere();
        node = new NodeFixture(Transport.AUTO, this::lookUp, clock);
    }

    private InetAddress[] lookUp(String host) throws UnknownHostException {
        lookUps.incrementAndGet();
        List<String> found = addresses;
        if (found.isEmpty()) {
            throw new UnknownHostException(host);
        }
        return found.stream().map(InetAddress::ofLiteral).toArray(InetAddress[]::new);
    }

    @AfterEach
    void close() {
        node.close();
        upstream.close();
    }

    /** A client at the upstream of that last digit. */
    private Socket at(char name) throws IOException {
        for (int i = 0; i < 1_000; i++) {
            Socket client = node.connect("l4");
            if (client.getInputStream().read() == name) {
                return client;
            }
            client.close();
        }
        throw new AssertionError("nobody got to " + name);
    }

    private static void assertEchoes(Socket client) throws IOException {
        client.getOutputStream().write('x');
        assertThat(client.getInputStream().read()).isEqualTo('x');
    }

    private List<Flow> draining() throws Exception {
        return node.listeners.flows(DRAINING).get(60, TimeUnit.SECONDS).flows();
    }

    private static String client(Socket socket) {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    private String reasonOf(Socket socket) throws InterruptedException {
        while (true) {
            var record = node.nextRecord();
            if (record.client().equals(client(socket))) {
                return record.reason();
            }
        }
    }

    // ---- an address lost in DNS

    private void named(String leave) throws Exception {
        node.configure(
                """
                kind: Listener
                name: l4
                spec: { address: "127.0.0.1:0", tcp: { forward: { cluster: c } } }
                ---
                kind: Cluster
                name: c
                spec:
                  endpoints: [{ address: "both.example:%d" }]
                  %s
                """
                        .formatted(upstream.port(), leave));
    }

    /** The name has these addresses now, and the cluster knows. */
    private void dnsAnswers(String... now) throws Exception {
        addresses = List.of(now);
        clock.pass(REFRESH);
        while (node.clusters.health().size() != now.length) {
            everyLoopHadItsTurn();
        }
        // The set is known a moment before the loops are told of it.
        everyLoopHadItsTurn();
        everyLoopHadItsTurn();
    }

    private void everyLoopHadItsTurn() throws Exception {
        node.loops.onEach(loop -> {}).get(60, TimeUnit.SECONDS);
    }

    @Test
    void whoIsAtAnAddressThatDnsHasNoMoreIsKept() throws Exception {
        named("");
        try (Socket client = at('1')) {
            dnsAnswers("127.0.0.2");
            assertEchoes(client);
            assertThat(draining()).isEmpty();
            assertThat(node.connect("l4").getInputStream().read()).isEqualTo('2');
        }
    }

    @Test
    void orCut() throws Exception {
        named(CUT);
        try (Socket client = at('1');
                Socket other = at('2')) {
            dnsAnswers("127.0.0.2");
            PlainSockets.assertEnds(client);
            assertThat(reasonOf(client)).isEqualTo("DRAINING");
            assertEchoes(other);
        }
    }

    @Test
    void orHasUntilADeadlineUnlessDnsHasItAgain() throws Exception {
        named(DRAIN);
        try (Socket client = at('1')) {
            dnsAnswers("127.0.0.2");
            assertThat(draining())
                    .singleElement()
                    .satisfies(
                            flow -> {
                                assertThat(flow.client()).isEqualTo(client(client));
                                assertThat(flow.cutInMillis()).isBetween(1L, 600_000L);
                            });
            assertEchoes(client);
            dnsAnswers("127.0.0.1", "127.0.0.2");
            assertThat(draining()).isEmpty();
            assertEchoes(client);

            dnsAnswers("127.0.0.2");
            clock.pass(Duration.ofMinutes(10));
            PlainSockets.assertEnds(client);
            assertThat(reasonOf(client)).isEqualTo("DRAINING");
        }
    }

    @Test
    void aNameThatCannotBeLookedUpLeavesNobodyBehind() throws Exception {
        named(CUT);
        try (Socket client = at('1')) {
            int before = lookUps.get();
            addresses = List.of();
            clock.pass(REFRESH);
            while (lookUps.get() == before) {
                everyLoopHadItsTurn();
            }
            // The failure is retried: a second one means that the first was dealt with.
            while (lookUps.get() == before + 1) {
                everyLoopHadItsTurn();
            }
            assertEchoes(client);
            assertThat(node.clusters.health()).hasSize(2);
        }
    }

    // ---- a removed cluster

    private void forwardTo(String cluster, String leave) throws Exception {
        node.configure(
                """
                kind: Listener
                name: l4
                spec: { address: "127.0.0.1:0", tcp: { forward: { cluster: %1$s } } }
                ---
                kind: Cluster
                name: %1$s
                spec:
                  endpoints: [{ address: "127.0.0.%2$d:%3$d" }]
                  %4$s
                """
                        .formatted(cluster, cluster.equals("one") ? 1 : 2, upstream.port(), leave));
    }

    @Test
    void whoIsInAClusterThatIsGoneIsKept() throws Exception {
        forwardTo("one", "");
        try (Socket client = at('1')) {
            forwardTo("two", "");
            everyLoopHadItsTurn();
            assertEchoes(client);
            assertThat(draining()).isEmpty();
            assertThat(node.connect("l4").getInputStream().read()).isEqualTo('2');
        }
    }

    @Test
    void orIsCutAsTheClusterSaid() throws Exception {
        forwardTo("one", CUT);
        try (Socket client = at('1')) {
            forwardTo("two", "");
            PlainSockets.assertEnds(client);
            assertThat(reasonOf(client)).isEqualTo("DRAINING");
        }
    }

    @Test
    void orHasUntilADeadlineUnlessTheClusterIsBack() throws Exception {
        forwardTo("one", DRAIN);
        try (Socket client = at('1')) {
            forwardTo("two", "");
            everyLoopHadItsTurn();
            assertThat(draining()).extracting(Flow::client).containsExactly(client(client));
            forwardTo("one", DRAIN);
            assertThat(draining()).isEmpty();
            assertEchoes(client);

            forwardTo("two", "");
            everyLoopHadItsTurn();
            clock.pass(Duration.ofMinutes(10));
            PlainSockets.assertEnds(client);
            assertThat(reasonOf(client)).isEqualTo("DRAINING");
        }
    }

    // ---- a listener that speaks another protocol, or is gone for a while

    private static final String TCP = "tcp: { forward: { cluster: c } }";
    private static final String UDP = "udp: { forward: { cluster: c } }";
    private static final String HTTP = "http: {}";

    private void speak(String protocol, String leave) throws Exception {
        String route =
                """
                kind: Route
                name: all
                spec:
                  listeners: [l4]
                  rules: [{ name: all, forward: { cluster: c } }]
                ---
                """;
        node.configure(
                """
                kind: Listener
                name: l4
                spec:
                  address: "127.0.0.1:0"
                  %s
                  %s
                ---
                """
                                .formatted(protocol, leave)
                        + (protocol.equals(HTTP) ? route : "")
                        + cluster());
    }

    private String cluster() {
        return """
        kind: Cluster
        name: c
        spec: { endpoints: [{ address: "127.0.0.1:%d" }] }
        """
                .formatted(upstream.port());
    }

    @ParameterizedTest
    @ValueSource(strings = {HTTP, UDP})
    void whoCameByAnotherProtocolIsKept(String next) throws Exception {
        speak(TCP, "");
        try (Socket client = at('1')) {
            speak(next, "");
            assertEchoes(client);
            assertThat(draining()).isEmpty();
        }
    }

    /** It is the change that says it, as with an address that a listener leaves. */
    @ParameterizedTest
    @CsvSource({"http: {}, ''", "http: {}, onChange: cut", "'" + UDP + "', ''"})
    void orIsCutAsTheChangeSays(String next, String before) throws Exception {
        speak(TCP, before);
        try (Socket client = at('1')) {
            speak(next, CUT);
            PlainSockets.assertEnds(client);
            assertThat(reasonOf(client)).isEqualTo("DRAINING");
        }
    }

    @Test
    void orIsKeptAsTheChangeSays() throws Exception {
        speak(TCP, CUT);
        try (Socket client = at('1')) {
            speak(HTTP, "");
            assertEchoes(client);
        }
    }

    @Test
    void orHasUntilADeadlineUnlessTheProtocolIsBack() throws Exception {
        speak(TCP, "");
        try (Socket client = at('1')) {
            speak(HTTP, DRAIN);
            assertThat(draining()).extracting(Flow::client).containsExactly(client(client));
            speak(TCP, DRAIN);
            assertThat(draining()).isEmpty();
            assertEchoes(client);

            speak(HTTP, DRAIN);
            everyLoopHadItsTurn();
            clock.pass(Duration.ofMinutes(10));
            PlainSockets.assertEnds(client);
            assertThat(reasonOf(client)).isEqualTo("DRAINING");
        }
    }

    @Test
    void aRequestUnderWayEndsBeforeItsConnectionDoes() throws Exception {
        try (var silent = new SilentServer()) {
            node.configure(
                    """
                    kind: Listener
                    name: l4
                    spec: { address: "127.0.0.1:0", http: {} }
                    ---
                    kind: Route
                    name: all
                    spec:
                      listeners: [l4]
                      rules: [{ name: all, forward: { cluster: s } }]
                    ---
                    kind: Cluster
                    name: s
                    spec: { endpoints: [{ address: "%s" }] }
                    """
                            .formatted(silent.address()));
            try (Socket client = node.connect("l4")) {
                PlainSockets.get(client);
                Socket server = silent.awaitConnection();
                speak(TCP, DRAIN);
                assertThat(draining()).extracting(Flow::protocol).containsExactly("http1");
                PlainSockets.assertEndsWithItsResponse(server, client);
            }
            assertEchoes(at('1'));
        }
    }

    @Test
    void aListenerThatIsBackKeepsWhomItHad() throws Exception {
        speak(TCP, DRAIN);
        try (Socket client = at('1')) {
            node.configure(cluster());
            assertThat(draining()).extracting(Flow::client).containsExactly(client(client));
            speak(TCP, DRAIN);
            assertThat(draining()).isEmpty();
            assertThat(node.listeners.connections()).isEqualTo(1);
            clock.pass(Duration.ofMinutes(10));
            assertEchoes(client);
            assertEchoes(at('1'));
        }
    }

    @Test
    void anHttpListenerThatIsBackKeepsConnectionsOpenAgain() throws Exception {
        speak(HTTP, "");
        node.configure(cluster());
        speak(HTTP, "");
        try (Socket client = node.connect("l4")) {
            // Whatever the upstream says is no HTTP.
            for (int i = 0; i < 2; i++) {
                PlainSockets.get(client);
                assertThat(status(client)).isEqualTo("HTTP/1.1 502");
            }
        }
    }

    /** Of a response of the node's own, which it reads whole. */
    private static String status(Socket client) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) client.getInputStream().read());
        }
        String length = head.toString().replaceFirst("(?is).*content-length: (\\d+).*", "$1");
        client.getInputStream().readNBytes(Integer.parseInt(length));
        return head.substring(0, 12);
    }

    // ---- nobody is left behind

    private String everything(int weightOfOne, String rule, String cluster) {
        return """
        kind: Listener
        name: l4
        spec:
          address: "127.0.0.1:0"
          onChange: cut
          tcp:
            rules:
              - { name: %s, match: { sources: [127.0.0.0/8] }, forward: { cluster: %s } }
              - { name: rest, forward: { split: [{ cluster: one, weight: %d }, { cluster: two, weight: 1 }] } }
        ---
        kind: Cluster
        name: one
        spec:
          onChange: cut
          endpoints: [{ address: "127.0.0.1:%5$d" }, { address: "127.0.0.3:%5$d", weight: %4$d }]
        ---
        kind: Cluster
        name: two
        spec: { onChange: cut, endpoints: [{ address: "127.0.0.2:%5$d" }] }
        """
                .formatted(rule, cluster, weightOfOne, weightOfOne, upstream.port());
    }

    @ParameterizedTest
    @CsvSource({"9, first, one", "1, other, one", "1, first, two"})
    void weightsAndRulesConcernNobodyWhoIsThere(int weight, String rule, String cluster)
            throws Exception {
        node.configure(everything(1, "first", "one"));
        try (Socket client = at('1');
                Socket other = at('3')) {
            node.configure(everything(weight, rule, cluster));
            everyLoopHadItsTurn();
            assertEchoes(client);
            assertEchoes(other);
            assertThat(draining()).isEmpty();
        }
    }

    @Test
    void aRequestGoesOnWhereItsRouteSentIt() throws Exception {
        String yaml =
                """
                kind: Listener
                name: l4
                spec: { address: "127.0.0.1:0", onChange: cut, http: {} }
                ---
                kind: Route
                name: all
                spec:
                  listeners: [l4]
                  rules:
                    - { name: old, match: { path: { prefix: /old } }, forward: { cluster: s } }
                    - { name: all, forward: { cluster: %s } }
                ---
                kind: Cluster
                name: s
                spec: { onChange: cut, endpoints: [{ address: "%s" }] }
                ---
                """
                        + cluster();
        try (var silent = new SilentServer()) {
            node.configure(yaml.formatted("s", silent.address()));
            try (Socket client = node.connect("l4")) {
                PlainSockets.get(client);
                Socket server = silent.awaitConnection();
                node.configure(yaml.formatted("c", silent.address()));
                everyLoopHadItsTurn();
                server.getOutputStream()
                        .write(
                                "HTTP/1.1 204 No Content\r\n\r\n"
                                        .getBytes(StandardCharsets.US_ASCII));
                assertThat(
                                new String(
                                        client.getInputStream().readNBytes(12),
                                        StandardCharsets.US_ASCII))
                        .isEqualTo("HTTP/1.1 204");
            }
        }
    }
}
