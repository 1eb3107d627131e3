package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.net.Transport;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Limits as configured; that it takes as long as it has to at least holds on any machine. */
class BandwidthListenerTest {
    private static final int BYTES = 8 * 1024 * 1024;

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void aListenersConnectionsShareItsBandwidth(Transport transport) throws Exception {
        // 4 of 8 MiB, of which 4 MiB may pass at once: 28 MiB at 64 MiB/s.
        assertThat(millisToReceive(transport, "listener: {downstream: 64MiB, burst: 4MiB}"))
                .isGreaterThan(420);
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void eachConnectionHasItsOwn(Transport transport) throws Exception {
        // 7 MiB at 16 MiB/s, whatever the others do.
        assertThat(millisToReceive(transport, "connection: {downstream: 16MiB, burst: 1MiB}"))
                .isGreaterThan(420);
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void andSoHaveThoseOfHttp(Transport transport) throws Exception {
        // The same, as the body of a response.
        try (var upstream = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var node = new NodeFixture(transport)) {
            node.configure(
                    """
                    kind: Listener
                    name: web
                    spec:
                      address: "127.0.0.1:0"
                      bandwidth: { connection: { downstream: 16MiB, burst: 1MiB } }
                      http: {}
                    ---
                    kind: Route
                    name: all
                    spec: { listeners: [web], rules: [{ name: all, forward: { cluster: c } }] }
                    ---
                    kind: Cluster
                    name: c
                    spec: { endpoints: [{ address: "127.0.0.1:%d" }] }
                    """
                            .formatted(upstream.getLocalPort()));
            try (Socket client = node.connect("web")) {
                client.getOutputStream()
                        .write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                Socket accepted = upstream.accept();
                long begin = System.nanoTime();
                Thread.ofVirtual().start(() -> respond(accepted));
                assertThat(client.getInputStream().readAllBytes()).hasSizeGreaterThan(BYTES);
                assertThat((System.nanoTime() - begin) / 1_000_000).isGreaterThan(420);
            }
        }
    }

    private static void respond(Socket socket) {
        String head = "HTTP/1.1 200 OK\r\nContent-Length: " + BYTES + "\r\n\r\n";
        try (socket) {
            assertThat(socket.getInputStream().read()).isEqualTo('G');
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(new byte[BYTES]);
            // Until the client has all of it and the node is through.
            socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long millisToReceive(Transport transport, String bandwidth) throws Exception {
        try (var upstream = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var node = new NodeFixture(transport)) {
            node.configure(
                    """
                    kind: Listener
                    name: l4
                    spec:
                      address: "127.0.0.1:0"
                      bandwidth: { %s }
                      tcp: { forward: { cluster: c } }
                    ---
                    kind: Cluster
                    name: c
                    spec: { endpoints: [{ address: "127.0.0.1:%d" }] }
                    """
                            .formatted(bandwidth, upstream.getLocalPort()));
            List<Socket> clients = new ArrayList<>();
            List<Socket> accepted = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                clients.add(node.connect("l4"));
                accepted.add(upstream.accept());
            }
            long begin = System.nanoTime();
            for (Socket socket : accepted) {
                Thread.ofVirtual().start(() -> write(socket));
            }
            for (Socket client : clients) {
                assertThat(client.getInputStream().readAllBytes()).hasSize(BYTES);
                client.close();
            }
            return (System.nanoTime() - begin) / 1_000_000;
        }
    }

    private static void write(Socket socket) {
        try (socket) {
            socket.getOutputStream().write(new byte[BYTES]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
