package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.net.Transport;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NoRouteToHostException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Peers in a network whose link goes down, so that they are gone without a packet. */
class VanishedPeerTest {
    private static final int SERVER_PORT = 9_700;
    private static final int CLIENTS_PORT = 9_701;
    private static final String HERE = "10.7.2.1";
    private static final String THERE = "10.7.2.2";
    private static final String KEEP_ALIVE = "keepAlive: { idle: 1s, interval: 1s, count: 2 }";

    private static final String SCRIPT =
            """
            $in_server $PROGRAM there $dir & peer=$!
            until [ -e $dir/there ]; do sleep 0.1; kill -0 $peer; done
            $PROGRAM here $dir $TRANSPORT $server
            """;

    @ParameterizedTest
    // NIO cannot set half of what finds out.
    @EnumSource(names = {"EPOLL", "IO_URING"})
    void isFoundOutAboutByWhateverIsConfigured(Transport transport) throws Exception {
        Namespace.assumeThere();
        String printed =
                Namespace.script(
                        VanishedPeerTest.class,
                        transport,
                        Namespace.BETWEEN_CLIENT_AND_SERVER + SCRIPT);
        assertThat(printed)
                .contains("an endpoint, unacknowledged data: UPSTREAM_RESET")
                .contains("an endpoint, quiet: UPSTREAM_RESET")
                .contains("an endpoint, idle timeout: IDLE_TIMEOUT")
                .contains("an endpoint of HTTP: UPSTREAM_RESET")
                .contains("a client, unacknowledged data: DOWNSTREAM_CLOSED")
                .contains("a client, quiet: DOWNSTREAM_CLOSED");
    }

    /** One of the two sides. */
    public static void main(String... arguments) throws Exception {
        Path directory = Path.of(arguments[1]);
        if (arguments[0].equals("there")) {
            there(directory);
            return;
        }
        var clock = new MovingClock();
        try (var node =
                new NodeFixture(
                        Transport.valueOf(arguments[2]), InetAddress::getAllByName, clock)) {
            here(node, arguments[3], clock);
        }
    }

    // ---- the side that vanishes: a server, and clients

    private static void there(Path directory) throws Exception {
        try (var server = new ServerSocket(SERVER_PORT);
                var clients = new ServerSocket(CLIENTS_PORT)) {
            Thread.ofPlatform().daemon().start(() -> accept(clients, VanishedPeerTest::call));
            Files.createFile(directory.resolve("there"));
            accept(server, VanishedPeerTest::serve);
        }
    }

    /** What is done with a connection. */
    private interface Service {
        void serve(Socket socket) throws IOException;
    }

    private static void accept(ServerSocket at, Service service) {
        while (true) {
            try {
                Socket socket = at.accept();
                Thread.ofPlatform()
                        .daemon()
                        .start(
                                () -> {
                                    try {
                                        service.serve(socket);
                                    } catch (IOException e) {
                                        System.out.println("there: " + e);
                                    }
                                });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Says something to the first byte, and nothing any more. */
    private static void serve(Socket socket) throws IOException {
        boolean http = socket.getInputStream().read() == 'G';
        String said = http ? "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf" : "!";
        socket.getOutputStream().write(said.getBytes(StandardCharsets.US_ASCII));
        socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    }

    /** Is a client, at the port that it is told, and says one byte. */
    private static void call(Socket asking) throws IOException {
        var port = new DataInputStream(asking.getInputStream()).readUnsignedShort();
        try (var socket = new Socket(HERE, port)) {
            socket.getOutputStream().write('x');
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        }
    }

    // ---- the node's side

    private static void here(NodeFixture node, String there, MovingClock clock) throws Exception {
        Runnable nothing = () -> {};
        endpoint(node, there, "unacknowledged data", "userTimeout: 1s", true, nothing);
        endpoint(node, there, "quiet", KEEP_ALIVE, false, nothing);
        endpoint(node, there, "idle timeout", "", false, () -> clock.pass(Duration.ofHours(1)));
        endpointOfHttp(node, there);
        client(node, there, "unacknowledged data", "userTimeout: 1s", true);
        client(node, there, "quiet", KEEP_ALIVE, false);
    }

    private static void linkDown(String there) throws Exception {
        link(there, "down");
    }

    /** Comes back when there is somebody again, which takes as long as the kernel likes. */
    private static void linkUp(String there) throws Exception {
        link(there, "up");
        while (true) {
            try (var socket = new Socket(THERE, SERVER_PORT)) {
                socket.getOutputStream().write('x');
                assertThat(socket.getInputStream().read()).isEqualTo('!');
                return;
            } catch (ConnectException | NoRouteToHostException e) {
                System.out.println("not yet there: " + e);
            }
        }
    }

    private static void link(String there, String state) throws Exception {
        Process ip =
                new ProcessBuilder("nsenter", "-t", there, "-n", "ip", "link", "set", "eth0", state)
                        .inheritIO()
                        .start();
        assertThat(ip.waitFor()).isZero();
    }

    private static void endpoint(
            NodeFixture node,
            String there,
            String what,
            String socket,
            boolean sends,
            Runnable meanwhile)
            throws Exception {
        node.configure(
                """
                kind: Listener
                name: l4
                spec: { address: "127.0.0.1:0", tcp: { forward: { cluster: c } } }
                ---
                kind: Cluster
                name: c
                spec: { endpoints: [{ address: "%s:%d" }], socket: { %s } }
                """
                        .formatted(THERE, SERVER_PORT, socket));
        try (Socket client = node.connect("l4")) {
            client.getOutputStream().write('x');
            assertThat(client.getInputStream().read()).isEqualTo('!');
            linkDown(there);
            if (sends) {
                client.getOutputStream().write('y');
            }
            meanwhile.run();
            System.out.println("an endpoint, " + what + ": " + node.nextRecord().reason());
            PlainSockets.assertEnds(client);
        }
        linkUp(there);
    }

    private static void endpointOfHttp(NodeFixture node, String there) throws Exception {
        node.configure(
                """
                kind: Listener
                name: web
                spec: { address: "127.0.0.1:0", http: {} }
                ---
                kind: Route
                name: all
                spec: { listeners: [web], rules: [{ name: all, forward: { cluster: c } }] }
                ---
                kind: Cluster
                name: c
                spec: { endpoints: [{ address: "%s:%d" }], socket: { %s } }
                """
                        .formatted(THERE, SERVER_PORT, KEEP_ALIVE));
        try (Socket client = node.connect("web")) {
            PlainSockets.get(client);
            var come = new StringBuilder();
            while (come.indexOf("half") < 0) {
                come.append((char) client.getInputStream().read());
            }
            linkDown(there);
            System.out.println("an endpoint of HTTP: " + node.nextRecord().reason());
            PlainSockets.assertEnds(client);
        }
        linkUp(there);
    }

    private static void client(
            NodeFixture node, String there, String what, String socket, boolean sends)
            throws Exception {
        try (var silent = new SilentServer()) {
            node.configure(
                    """
                    kind: Listener
                    name: l4
                    spec: { address: "%s:0", tcp: { forward: { cluster: c } }, socket: { %s } }
                    ---
                    kind: Cluster
                    name: c
                    spec: { endpoints: [{ address: "%s" }] }
                    """
                            .formatted(HERE, socket, silent.address()));
            try (var asked = new Socket(THERE, CLIENTS_PORT)) {
                new DataOutputStream(asked.getOutputStream()).writeShort(node.address("l4").port());
                Socket server = silent.awaitConnection();
                server.setSoTimeout(NodeFixture.SOCKET_TIMEOUT_MILLIS);
                linkDown(there);
                if (sends) {
                    server.getOutputStream().write('y');
                }
                System.out.println("a client, " + what + ": " + node.nextRecord().reason());
                PlainSockets.assertEnds(server);
            }
        }
        linkUp(there);
    }
}
