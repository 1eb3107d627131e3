package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.net.Transport;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A client, a node between, and an endpoint, each in a network of its own. */
class TransparentTest {
    private static final int PORT = 9_700;

    private static final String SCRIPT =
            """
            ip link set lo up
            unshare -n sleep 300 & client=$!
            unshare -n sleep 300 & server=$!
            trap 'kill $client $server' EXIT
            # The networks are there once they are others than this one.
            for of in $client $server; do
              until [ "$(readlink /proc/$of/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do :; done
            done
            ip link add c0 type veth peer name eth0 netns $client
            ip link add s0 type veth peer name eth0 netns $server
            ip addr add 10.7.1.1/24 dev c0 && ip link set c0 up
            ip addr add 10.7.2.1/24 dev s0 && ip link set s0 up
            for of in $client:1 $server:2; do
              in="nsenter -t ${of%%:*} -n"
              $in ip link set lo up
              $in ip addr add 10.7.${of##*:}.2/24 dev eth0
              $in ip link set eth0 up
              $in ip route add default via 10.7.${of##*:}.1
            done
            for where in all s0; do echo 0 > /proc/sys/net/ipv4/conf/$where/rp_filter; done
            # Without nftables: whatever comes from the endpoint's side is taken for this node's.
            ip rule add iif s0 lookup 100
            ip route add local 0.0.0.0/0 dev lo table 100
            dir=$(mktemp -d)
            nsenter -t $server -n $JAVA CLASS server $dir & echo "server started"
            $JAVA CLASS node $dir TRANSPORT & node=$!
            until [ -e $dir/node ] && [ -e $dir/server ]; do sleep 0.1; kill -0 $node; done
            nsenter -t $client -n $JAVA CLASS client $dir
            kill $node
            rm -r $dir
            """;

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING"})
    void theEndpointSeesTheClientsAddress(Transport transport) throws Exception {
        Namespace.assumeThere();
        String printed =
                Namespace.run(
                        SCRIPT.replace("CLASS", TransparentTest.class.getName())
                                .replace("TRANSPORT", transport.name()));
        assertThat(printed).contains("heard: you are 10.7.1.2");
    }

    /** One of the three. */
    public static void main(String... arguments) throws Exception {
        Path directory = Path.of(arguments[1]);
        switch (arguments[0]) {
            case "server" -> serve(directory);
            case "client" -> ask();
            default -> node(directory, Transport.valueOf(arguments[2]));
        }
    }

    private static void serve(Path directory) throws Exception {
        try (var socket = new ServerSocket(PORT)) {
            Files.createFile(directory.resolve("server"));
            try (Socket accepted = socket.accept()) {
                String answer = "you are " + accepted.getInetAddress().getHostAddress();
                accepted.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                accepted.shutdownOutput();
                accepted.getInputStream().readAllBytes();
            }
        }
    }

    private static void ask() throws Exception {
        try (var socket = new Socket()) {
            socket.setSoTimeout(NodeFixture.SOCKET_TIMEOUT_MILLIS);
            socket.connect(new InetSocketAddress("10.7.1.1", PORT));
            System.out.println(
                    "heard: "
                            + new String(
                                    socket.getInputStream().readAllBytes(),
                                    StandardCharsets.US_ASCII));
        }
    }

    private static void node(Path directory, Transport transport) throws Exception {
        try (var node = new NodeFixture(transport)) {
            node.configure(
                    """
                    kind: Listener
                    name: front
                    spec: { address: "0.0.0.0:9700", tcp: { forward: { cluster: behind } } }
                    ---
                    kind: Cluster
                    name: behind
                    spec: { endpoints: [{ address: "10.7.2.2:9700" }], transparent: true }
                    """);
            Files.createFile(directory.resolve("node"));
            System.out.println(node.nextRecord());
            // Until it is stopped.
            Thread.currentThread().join();
        }
    }
}
