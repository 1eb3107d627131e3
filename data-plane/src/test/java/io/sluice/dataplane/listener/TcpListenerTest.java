package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.listener.NodeFixture.Tcp;
import io.sluice.dataplane.net.HeldPort;
import io.sluice.dataplane.net.Transport;
import io.sluice.dataplane.telemetry.AccessRecord;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

class TcpListenerTest {
    private static final String ANY_PORT = "127.0.0.1:0";

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void relaysBothWaysAndPassesTheEndOn(Transport transport) throws Exception {
        try (var upstream = new EchoServer("up ");
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.apply(new Tcp("l4", ANY_PORT, "echo"));
            try (Socket client = node.connect("l4")) {
                assertThat(roundTrip(client, "hello")).isEqualTo("up hello");
            }
            AccessRecord record = node.nextRecord();
            assertThat(record.listener()).isEqualTo("l4");
            assertThat(record.rule()).isEqualTo("listener:l4");
            assertThat(record.cluster()).isEqualTo("echo");
            assertThat(record.endpoint()).isEqualTo(upstream.address());
            assertThat(record.bytesIn()).isEqualTo(5);
            assertThat(record.bytesOut()).isEqualTo(8);
            assertThat(record.reason()).isEmpty();
            assertThat(record.phase()).isEqualTo("DONE");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void goesToTheNextEndpointWhenOneRefuses(Transport transport) throws Exception {
        try (var dead = new HeldPort();
                var upstream = new EchoServer("up ");
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("echo", dead.address(), upstream.address()));
            node.apply(new Tcp("l4", ANY_PORT, "echo"));
            // Both turns of the round robin, on whichever loop: one of them starts at the refusing
            // one.
            for (int i = 0; i < 8; i++) {
                try (Socket client = node.connect("l4")) {
                    assertThat(roundTrip(client, "x")).isEqualTo("up x");
                }
            }
            List<Integer> attempts = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                attempts.add(node.nextRecord().attempts());
            }
            assertThat(attempts).contains(2).containsAnyOf(1, 2).doesNotContain(3);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void closesInOrderWhenNobodyCanBeReached(Transport transport) throws Exception {
        try (var one = new HeldPort();
                var other = new HeldPort();
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("gone", one.address(), other.address()));
            node.apply(new Tcp("l4", ANY_PORT, "gone"));
            try (Socket client = node.connect("l4")) {
                client.getOutputStream().write(new byte[1000]);
                // An end, not a reset, though what was sent was never read.
                assertThat(client.getInputStream().read()).isEqualTo(-1);
            }
            AccessRecord record = node.nextRecord();
            assertThat(record.reason()).isEqualTo("CONNECT_FAILED");
            assertThat(record.attempts()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void saysWhenThereIsNobodyToAsk(Transport transport) throws Exception {
        try (var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("empty"));
            node.apply(new Tcp("l4", ANY_PORT, "empty"));
            try (Socket client = node.connect("l4")) {
                assertThat(client.getInputStream().read()).isEqualTo(-1);
            }
            AccessRecord record = node.nextRecord();
            assertThat(record.reason()).isEqualTo("NO_HEALTHY_ENDPOINT");
            assertThat(record.phase()).isEqualTo("PICK");
            assertThat(record.attempts()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void givesUpConnectingAfterTheTimeout(Transport transport) throws Exception {
        try (var deaf = new DeafServer();
                var upstream = new EchoServer("up ");
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("echo", 100, deaf.address(), upstream.address()));
            node.apply(new Tcp("l4", ANY_PORT, "echo"));
            for (int i = 0; i < 4; i++) {
                try (Socket client = node.connect("l4")) {
                    assertThat(roundTrip(client, "x")).isEqualTo("up x");
                }
            }
            node.clusters(NodeFixture.cluster("echo", 100, deaf.address()));
            node.apply(new Tcp("l4", ANY_PORT, "echo"));
            node.log.clear();
            try (Socket client = node.connect("l4")) {
                assertThat(client.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(node.nextRecord().reason()).isEqualTo("CONNECT_TIMEOUT");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void closesConnectionsOverTheLimitAtAccept(Transport transport) throws Exception {
        try (var upstream = new EchoServer("up ");
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.apply(new Tcp("l4", ANY_PORT, "echo", 3_600_000, 2));
            try (Socket first = node.connect("l4");
                    Socket second = node.connect("l4")) {
                greeted(first);
                greeted(second);
                try (Socket third = node.connect("l4")) {
                    assertThat(third.getInputStream().read()).isEqualTo(-1);
                }
                assertThat(upstream.connections).hasValue(2);
            }
            node.nextRecord();
            node.nextRecord();
            try (Socket again = node.connect("l4")) {
                greeted(again);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void closesConnectionsThatAreIdle(Transport transport) throws Exception {
        var clock = new MovingClock();
        try (var upstream = new EchoServer("up ");
                var node = new NodeFixture(transport, InetAddress::getAllByName, clock)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.apply(new Tcp("l4", ANY_PORT, "echo"));
            try (Socket client = node.connect("l4")) {
                greeted(client);
                clock.pass(Duration.ofHours(1));
                assertThat(client.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(node.nextRecord().reason()).isEqualTo("IDLE_TIMEOUT");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void runsOnWhenListenerAndClusterLeave(Transport transport) throws Exception {
        try (var upstream = new EchoServer("up ");
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.apply(new Tcp("l4", ANY_PORT, "echo"));
            try (Socket client = node.connect("l4")) {
                greeted(client);
                node.clusters();
                node.apply();
                client.getOutputStream().write("still".getBytes(StandardCharsets.US_ASCII));
                assertThat(client.getInputStream().readNBytes(5)).asString().isEqualTo("still");
                assertThat(node.listeners.connections()).isEqualTo(1);
            }
        }
    }

    private static void greeted(Socket client) throws IOException {
        assertThat(client.getInputStream().readNBytes(3)).asString().isEqualTo("up ");
    }

    private static String roundTrip(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        client.shutdownOutput();
        return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    /** A port whose queue is full: what connects to it gets no answer. */
    private static final class DeafServer implements AutoCloseable {
        private final ServerSocket socket;
        private final List<Socket> filling = new ArrayList<>();

        DeafServer() throws IOException {
            socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            try {
                while (true) {
                    var client = new Socket();
                    filling.add(client);
                    client.connect(
                            new InetSocketAddress(
                                    InetAddress.getLoopbackAddress(), socket.getLocalPort()),
                            200);
                }
            } catch (SocketTimeoutException e) {
                // Full.
                return;
            }
        }

        String address() {
            return "127.0.0.1:" + socket.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            for (Socket client : filling) {
                client.close();
            }
            socket.close();
        }
    }
}
