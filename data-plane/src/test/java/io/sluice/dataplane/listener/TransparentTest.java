package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.net.Transport;

import org.junit.jupiter.api.Test;
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
            $in_server $PROGRAM server $dir & echo "server started"
            $PROGRAM node $dir $TRANSPORT & node=$!
            until [ -e $dir/node ] && [ -e $dir/server ]; do sleep 0.1; kill -0 $node; done
            $in_client $PROGRAM client $dir
            """;

    /** As in examples/transparent.yaml, where s0 is eth1. */
    private static final String BY_NFTABLES =
            """
            echo 0 > /proc/sys/net/ipv4/conf/s0/rp_filter
            nft add table inet sluice
            nft add chain inet sluice prerouting '{ type filter hook prerouting priority mangle; }'
            nft add rule inet sluice prerouting iifname s0 meta l4proto tcp socket transparent 1 meta mark set 1
            ip rule add fwmark 1 lookup 100
            ip route add local 0.0.0.0/0 dev lo table 100
            """;

    /** Whatever comes from the endpoint's side is taken for this node's. */
    private static final String BY_ROUTES =
            """
            for where in all s0; do echo 0 > /proc/sys/net/ipv4/conf/$where/rp_filter; done
            ip rule add iif s0 lookup 100
            ip route add local 0.0.0.0/0 dev lo table 100
            """;

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING"})
    void theEndpointSeesTheClientsAddress(Transport transport) throws Exception {
        Namespace.assumeThere();
        assertSees(transport, BY_ROUTES);
    }

    @Test
    void theSetUpOfTheExampleWorks() throws Exception {
        Namespace.assumeThere();
        Namespace.assumeRuns(
                "nft add table inet t && nft add chain inet t c '{ type filter hook prerouting"
                    + " priority mangle; }' && nft add rule inet t c socket transparent 1 meta mark"
                    + " set 1",
                "nftables works there, and knows transparent sockets (Debian: nftables)");
        assertSees(Transport.AUTO, BY_NFTABLES);
    }

    private static void assertSees(Transport transport, String keep) throws Exception {
        String printed =
                Namespace.script(
                        TransparentTest.class,
                        transport,
                        Namespace.BETWEEN_CLIENT_AND_SERVER + keep + SCRIPT);
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
