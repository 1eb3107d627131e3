package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.net.Transport;
import io.sluice.dataplane.telemetry.Flow;
import io.sluice.dataplane.telemetry.FlowPage;
import io.sluice.dataplane.telemetry.FlowQuery;
import io.sluice.dataplane.telemetry.FlowQuery.Order;

import org.junit.jupiter.api.Test;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

class LiveFlowsTest {
    private static FlowQuery query(String listener, int rowsMax) {
        return new FlowQuery(listener, "", null, "", 0, false, Order.BYTES_IN, rowsMax);
    }

    private static FlowPage flows(NodeFixture node, FlowQuery query) throws Exception {
        return node.listeners.flows(query).get(60, TimeUnit.SECONDS);
    }

    private static Socket talking(NodeFixture node, String listener, int bytes) throws Exception {
        Socket client = node.connect(listener);
        assertThat(client.getInputStream().readNBytes(2))
                .isEqualTo("up".getBytes(StandardCharsets.US_ASCII));
        client.getOutputStream().write(new byte[bytes]);
        assertThat(client.getInputStream().readNBytes(bytes)).hasSize(bytes);
        return client;
    }

    @Test
    void listsWhatIsRelayedAndEndsIt() throws Exception {
        try (var upstream = new EchoServer("up");
                var node = new NodeFixture(Transport.AUTO)) {
            node.clusters(NodeFixture.cluster("c", upstream.address()));
            node.apply(
                    new NodeFixture.Tcp("a", "127.0.0.1:0", "c"),
                    new NodeFixture.Tcp("b", "127.0.0.1:0", "c"));
            try (Socket small = talking(node, "a", 10);
                    Socket large = talking(node, "a", 100);
                    Socket other = talking(node, "b", 50)) {
                FlowPage all = flows(node, query("", 2));
                assertThat(all.matched()).isEqualTo(3);
                assertThat(all.flows()).extracting(Flow::bytesIn).containsExactly(100L, 50L);
                Flow first = all.flows().getFirst();
                assertThat(first.client()).isEqualTo("127.0.0.1:" + large.getLocalPort());
                assertThat(first.listener()).isEqualTo("a");
                assertThat(first.upstream()).isEqualTo(upstream.address());
                assertThat(first.bytesOut()).isEqualTo(102);
                if (node.loops.transport() == Transport.EPOLL) {
                    assertThat(first.clientPath().rttMicros()).isPositive();
                    assertThat(first.upstreamPath().rttMicros()).isPositive();
                }

                // More than allowed: nothing ends.
                FlowCut refused = node.listeners.cutFlows(query("a", 1)).get(60, TimeUnit.SECONDS);
                assertThat(refused).isEqualTo(new FlowCut(2, 0));
                FlowCut cut = node.listeners.cutFlows(query("a", 2)).get(60, TimeUnit.SECONDS);
                assertThat(cut).isEqualTo(new FlowCut(2, 2));
                assertThat(List.of(node.nextRecord().reason(), node.nextRecord().reason()))
                        .containsExactly("KILLED", "KILLED");
                assertThat(flows(node, query("", 10)).flows())
                        .extracting(Flow::client)
                        .containsExactly("127.0.0.1:" + other.getLocalPort());
                assertThat(small.getLocalPort()).isPositive();
            }
        }
    }

    @Test
    void namesWhoWasRefusedMost() throws Exception {
        try (var upstream = new EchoServer("up");
                var node = new NodeFixture(Transport.AUTO)) {
            node.configure(
                    """
                    kind: Listener
                    name: l4
                    spec:
                      address: 127.0.0.1:0
                      access: { deny: [127.0.0.0/8] }
                      tcp: { forward: { cluster: c } }
                    ---
                    kind: Cluster
                    name: c
                    spec: { endpoints: [{ address: "%s" }] }
                    """
                            .formatted(upstream.address()));
            for (int i = 0; i < 3; i++) {
                try (Socket client = node.connect("l4")) {
                    assertThat(client.getInputStream().read()).isEqualTo(-1);
                }
            }
            assertThat(node.listeners.offenders(10).get(60, TimeUnit.SECONDS))
                    .containsExactly(new Offender("l4", "127.0.0.1", 3, 0));
        }
    }
}
