package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.net.Transport;
import io.sluice.proto.HostPort;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A client, a node between, and an endpoint, with ways of an MTU of 1500 bytes between them. */
class UdpFragmentsTest {
    private static final int PORT = 9_700;
    private static final List<Integer> SIZES =
            List.of(1, 1_472, 1_473, 8 * 1024, 8 * 1024, 1_472, 32_000, 65_507, 65_507, 100);

    private static final String SCRIPT =
            """
            $in_server $PROGRAM server $dir & echo "server started"
            $PROGRAM node $dir $TRANSPORT & node=$!
            until [ -e $dir/node ] && [ -e $dir/server ]; do sleep 0.1; kill -0 $node; done
            $in_client $PROGRAM client $dir
            """;

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void passDatagramsOfAllSizesBothWays(Transport transport) throws Exception {
        Namespace.assumeThere();
        String printed =
                Namespace.script(
                        UdpFragmentsTest.class,
                        transport,
                        Namespace.BETWEEN_CLIENT_AND_SERVER + SCRIPT);
        assertThat(printed).contains("\n10.7.1.1 DONE\n", "\nfd07:1::1 DONE\n");
    }

    /** One of the three. */
    public static void main(String... arguments) throws Exception {
        Path directory = Path.of(arguments[1]);
        switch (arguments[0]) {
            case "server" -> serve(directory);
            case "client" -> {
                ask("10.7.1.1");
                ask("fd07:1::1");
            }
            default -> node(directory, Transport.valueOf(arguments[2]));
        }
    }

    private static void serve(Path directory) throws Exception {
        try (var four = new UdpEcho("", new InetSocketAddress("10.7.2.2", PORT));
                var six = new UdpEcho("", new InetSocketAddress("fd07:2::2", PORT))) {
            Files.createFile(directory.resolve("server"));
            System.out.println(four.address() + " and " + six.address());
            // Until it is stopped.
            Thread.currentThread().join();
        }
    }

    private static void ask(String host) throws Exception {
        var random = new Random(3);
        String own = host.replace("1.1", "1.2").replace("::1", "::2");
        try (var client = new UdpClient(new HostPort(host, PORT), own)) {
            for (int size : SIZES) {
                byte[] sent = new byte[size];
                random.nextBytes(sent);
                client.send(sent);
                assertThat(client.receive()).isEqualTo(sent);
            }
            // As many at once as a receive buffer holds, so that there are runs of one size.
            for (int size : List.of(1_400, 1_472, 8 * 1024)) {
                List<byte[]> sent = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    byte[] bytes = new byte[size];
                    random.nextBytes(bytes);
                    sent.add(bytes);
                    client.send(bytes);
                }
                for (byte[] bytes : sent) {
                    assertThat(client.receive()).isEqualTo(bytes);
                }
            }
        }
        System.out.println("\n" + host + " DONE");
    }

    private static void node(Path directory, Transport transport) throws Exception {
        try (var node = new NodeFixture(transport)) {
            node.configure(
                    """
                    kind: Listener
                    name: four
                    spec: { address: "10.7.1.1:9700", udp: { forward: { cluster: four } } }
                    ---
                    kind: Cluster
                    name: four
                    spec: { endpoints: [{ address: "10.7.2.2:9700" }] }
                    ---
                    kind: Listener
                    name: six
                    spec: { address: "[fd07:1::1]:9700", udp: { forward: { cluster: six } } }
                    ---
                    kind: Cluster
                    name: six
                    spec: { endpoints: [{ address: "[fd07:2::2]:9700" }] }
                    """);
            Files.createFile(directory.resolve("node"));
            // Until it is stopped.
            Thread.currentThread().join();
        }
    }
}
