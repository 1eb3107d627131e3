package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.net.Transport;
import io.sluice.dataplane.telemetry.AccessRecord;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What TCP connections do when their upstream behaves badly once it is connected. */
class TcpWeatherTest {
    private final MovingClock clock = new MovingClock();

    private NodeFixture before(SilentServer upstream, Transport transport) throws Exception {
        var node = new NodeFixture(transport, InetAddress::getAllByName, clock);
        node.clusters(NodeFixture.cluster("c", upstream.address()));
        node.apply(new NodeFixture.Tcp("l4", "127.0.0.1:0", "c"));
        return node;
    }

    private static Socket asking(NodeFixture node) throws IOException {
        Socket client = node.connect("l4");
        client.getOutputStream().write('?');
        return client;
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"EPOLL", "NIO"})
    void anUpstreamThatResetsMidStreamResetsTheClient(Transport transport) throws Exception {
        try (var upstream = new SilentServer();
                var node = before(upstream, transport);
                Socket client = asking(node);
                Socket server = upstream.awaitConnection()) {
            server.getOutputStream().write(new byte[5]);
            assertThat(client.getInputStream().readNBytes(5)).hasSize(5);
            SilentServer.reset(server);
            try {
                assertThat(client.getInputStream().read()).isEqualTo(-1);
            } catch (SocketException e) {
                assertThat(e).hasMessageContaining("reset");
            }
            AccessRecord record = node.nextRecord();
            assertThat(record.reason()).isEqualTo("UPSTREAM_RESET");
            assertThat(record.bytesOut()).isEqualTo(5);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"EPOLL", "NIO"})
    void aSilentUpstreamIsLeftAfterTheIdleTimeout(Transport transport) throws Exception {
        try (var upstream = new SilentServer();
                var node = before(upstream, transport);
                Socket client = asking(node);
                Socket server = upstream.awaitConnection()) {
            clock.pass(Duration.ofHours(1));
            assertThat(node.nextRecord().reason()).isEqualTo("IDLE_TIMEOUT");
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            assertThat(server.getInputStream().read()).isEqualTo(-1);
        }
    }

    /** What it does not take waits with the client, and all of it arrives. */
    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"EPOLL", "NIO"})
    void aSlowUpstreamGetsEveryByte(Transport transport) throws Exception {
        byte[] sent = new byte[32 * 1024 * 1024];
        new Random(7).nextBytes(sent);
        try (var upstream = new SilentServer();
                var node = new NodeFixture(transport)) {
            node.configure(
                    """
                    kind: Listener
                    name: l4
                    spec:
                      address: "127.0.0.1:0"
                      socket: { receiveBuffer: 64KiB }
                      tcp: { forward: { cluster: c } }
                    ---
                    kind: Cluster
                    name: c
                    spec: { endpoints: [{ address: "%s" }], socket: { sendBuffer: 64KiB } }
                    """
                            .formatted(upstream.address()));
            arrivesWhole(sent, upstream, node);
        }
    }

    private static void arrivesWhole(byte[] sent, SilentServer upstream, NodeFixture node)
            throws Exception {
        try (Socket client = asking(node);
                Socket server = upstream.awaitConnection()) {
            client.setSendBufferSize(SilentServer.RECEIVE_BUFFER_BYTES);
            CompletableFuture<Void> writer =
                    CompletableFuture.runAsync(
                            () -> {
                                try {
                                    OutputStream out = client.getOutputStream();
                                    out.write(sent);
                                    client.shutdownOutput();
                                } catch (IOException e) {
                                    throw new AssertionError(e);
                                }
                            });
            byte[] first = server.getInputStream().readNBytes(1_000);
            // More than kernel and node hold: the writer cannot be through.
            assertThat(writer).isNotDone();
            byte[] rest = server.getInputStream().readAllBytes();
            assertThat(first.length + rest.length).isEqualTo(sent.length);
            assertThat(Arrays.equals(first, 0, 1_000, sent, 0, 1_000)).isTrue();
            assertThat(Arrays.equals(rest, 0, rest.length, sent, 1_000, sent.length)).isTrue();
            writer.get(60, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"EPOLL", "NIO"})
    void anUpstreamThatEndsItsSideStillHearsTheClient(Transport transport) throws Exception {
        try (var upstream = new SilentServer();
                var node = before(upstream, transport);
                Socket client = asking(node);
                Socket server = upstream.awaitConnection()) {
            server.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            client.getOutputStream().write("later".getBytes(StandardCharsets.US_ASCII));
            assertThat(server.getInputStream().readNBytes(5)).hasSize(5);
            client.shutdownOutput();
            assertThat(server.getInputStream().read()).isEqualTo(-1);
            assertThat(node.nextRecord().reason()).isEmpty();
        }
    }
}
