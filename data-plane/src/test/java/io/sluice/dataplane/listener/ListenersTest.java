package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.sluice.dataplane.listener.NodeFixture.Tcp;
import io.sluice.dataplane.net.HeldPort;
import io.sluice.dataplane.net.TestTransport;
import io.sluice.dataplane.net.Transport;
import io.sluice.proto.HostPort;
import io.sluice.proto.Problem;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

class ListenersTest {
    private static final String ANY_PORT = "127.0.0.1:0";

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    @SuppressWarnings(
            "try") // Closing the socket that is in the way, before its block ends, is the point.
    void failsOnlyTheListenerWhoseAddressIsTakenAndBindsItLater(Transport transport)
            throws Exception {
        try (var upstream = new EchoServer("up ");
                var held = new HeldPort();
                var node = new NodeFixture(transport);
                var taken = held.listen(1)) {
            var bound = new CountDownLatch(1);
            node.listeners.onProblemsChange(
                    () -> {
                        if (node.listeners.problems().isEmpty()) {
                            bound.countDown();
                        }
                    });
            String address = held.address();
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.apply(new Tcp("taken", address, "echo"), new Tcp("free", ANY_PORT, "echo"));

            assertThat(node.listeners.problems())
                    .singleElement()
                    .extracting(Problem::toString)
                    .asString()
                    .contains("listener taken: address: " + address + " is already in use");
            assertThat(greeting(node.address("free"))).isEqualTo("up ");

            // A change that keeps it failed is not refused either.
            node.apply(new Tcp("taken", address, "echo"), new Tcp("free", ANY_PORT, "echo"));
            taken.close();
            assertThat(bound.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(greeting(HostPort.parse(address).orElseThrow())).isEqualTo("up ");
            assertThat(node.address("taken")).hasToString(address);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void keepsSocketAndConnectionsOfWhatStaysAndOfWhatIsRenamed(Transport transport)
            throws Exception {
        try (var first = new EchoServer("1st");
                var second = new EchoServer("2nd");
                var held = new HeldPort();
                var node = new NodeFixture(transport)) {
            node.clusters(
                    NodeFixture.cluster("one", first.address()),
                    NodeFixture.cluster("two", second.address()));
            HostPort address = HostPort.parse(held.address()).orElseThrow();
            node.apply(new Tcp("a", address.toString(), "one"));
            // Changed options, then a new name for the same address.
            try (Socket open = NodeFixture.connect(address)) {
                assertThat(open.getInputStream().readNBytes(3)).asString().isEqualTo("1st");
                node.apply(new Tcp("a", address.toString(), "two"));
                assertThat(node.address("a")).isEqualTo(address);
                assertThat(greeting(address)).isEqualTo("2nd");

                node.apply(new Tcp("renamed", address.toString(), "one"));
                assertThat(node.listeners.problems()).isEmpty();
                assertThat(node.listeners.addresses()).containsOnlyKeys("renamed");
                assertThat(greeting(address)).isEqualTo("1st");

                open.getOutputStream().write("still".getBytes(US_ASCII));
                assertThat(open.getInputStream().readNBytes(5)).asString().isEqualTo("still");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void servesEveryLoopOnThePortThatTheFirstGot(Transport transport) throws Exception {
        try (var upstream = new EchoServer("up ");
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.apply(new Tcp("a", ANY_PORT, "echo"), new Tcp("b", ANY_PORT, "echo"));
            assertThat(node.address("a")).isNotEqualTo(node.address("b"));
            // Enough for the kernel, or the dealing out, to reach both loops.
            for (int i = 0; i < 30; i++) {
                assertThat(greeting(node.address("a"))).isEqualTo("up ");
            }
            assertThat(greeting(node.address("b"))).isEqualTo("up ");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void losesNoConnectionThatComesWhileAListenerLeaves(Transport transport) throws Exception {
        try (var upstream = new EchoServer("up ");
                var held = new HeldPort();
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            for (int round = 0; round < 5; round++) {
                node.apply(new Tcp("a", held.address(), "echo"));
                HostPort address = node.address("a");
                var served = new CountDownLatch(1);
                var lost = new FutureTask<>(() -> lostUntilRefused(address, served));
                // A thread of its own: others may wait for long in those that all share.
                var client = new Thread(lost);
                client.start();
                assertThat(served.await(60, TimeUnit.SECONDS)).isTrue();
                node.apply();
                client.join();
                assertThat(lost.get()).isEmpty();
            }
        }
    }

    /**
     * Connects until nobody listens.
     *
     * @param served told when the first was served
     * @return how one ended that the node had and did not serve
     */
    private static String lostUntilRefused(HostPort address, CountDownLatch served) {
        while (true) {
            try (Socket socket = NodeFixture.connect(address)) {
                String greeting = new String(socket.getInputStream().readNBytes(3), US_ASCII);
                if (!greeting.equals("up ")) {
                    return "ended with '" + greeting + "'";
                }
                served.countDown();
            } catch (SocketTimeoutException e) {
                return "was taken and forgotten";
            } catch (ConnectException e) {
                return "";
            } catch (IOException e) {
                // Came between the last look and the close: tcp_migrate_req is what prevents that.
                return "";
            }
        }
    }

    @Test
    void replacesTheWildcardOfTheFamilyThatIsToBeBound() throws Exception {
        InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
        try (var upstream = new EchoServer("up ");
                var node =
                        new NodeFixture(
                                TestTransport.get(), new ListenerOptions(loopback, 1_000))) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.apply(new Tcp("v4", "0.0.0.0:0", "echo"), new Tcp("v6", "[::]:0", "echo"));
            assertThat(node.address("v4").host()).isEqualTo("127.0.0.1");
            assertThat(greeting(node.address("v4"))).isEqualTo("up ");
            assertThat(node.listeners.addresses()).containsOnlyKeys("v4");
            assertThat(node.listeners.problems()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void drainsStopsAcceptingAndBindsAgain(Transport transport) throws Exception {
        try (var upstream = new EchoServer("up ");
                var held = new HeldPort();
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.apply(new Tcp("a", held.address(), "echo"));
            HostPort address = node.address("a");
            CompletableFuture<Void> drained;
            try (Socket open = NodeFixture.connect(address)) {
                assertThat(open.getInputStream().readNBytes(3)).asString().isEqualTo("up ");
                drained = node.listeners.drain(0, TimeUnit.MINUTES.toNanos(1));
                assertThat(refused(address)).isTrue();
                assertThat(drained).isNotDone();
                // A draining node takes a change and binds nothing.
                node.apply(new Tcp("a", held.address(), "echo"), new Tcp("b", ANY_PORT, "echo"));
                assertThat(node.listeners.addresses()).isEmpty();
                assertThat(node.listeners.problems()).isEmpty();
                open.getOutputStream().write('x');
                assertThat(open.getInputStream().read()).isEqualTo('x');
            }
            drained.get(60, TimeUnit.SECONDS);

            node.listeners.undrain().get(60, TimeUnit.SECONDS);
            assertThat(node.listeners.addresses()).containsOnlyKeys("a", "b");
            assertThat(greeting(node.address("b"))).isEqualTo("up ");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void cutsWhatIsLeftAtTheDrainsDeadline(Transport transport) throws Exception {
        try (var upstream = new EchoServer("up ");
                var node = new NodeFixture(transport)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.apply(new Tcp("a", ANY_PORT, "echo"));
            try (Socket open = node.connect("a")) {
                assertThat(open.getInputStream().readNBytes(3)).asString().isEqualTo("up ");
                // One that runs on after its listener left is cut as well.
                node.apply();
                node.listeners.drain(0, 0).get(60, TimeUnit.SECONDS);
                assertThat(node.listeners.connections()).isZero();
                assertThat(node.nextRecord().reason()).isEqualTo("DRAINING");
            }
        }
    }

    @Test
    void keepsWildcardsOfBothFamiliesApart() throws Exception {
        try (var upstream = new EchoServer("up ");
                var node = new NodeFixture(Transport.EPOLL)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.apply(new Tcp("v4", "0.0.0.0:0", "echo"));
            int port = node.address("v4").port();
            node.apply(new Tcp("v4", "0.0.0.0:0", "echo"), new Tcp("v6", "[::]:" + port, "echo"));
            List<Problem> problems = node.listeners.problems();
            assertThat(problems).isEmpty();
        }
    }

    private static String greeting(HostPort address) throws IOException {
        try (Socket socket = NodeFixture.connect(address)) {
            return new String(socket.getInputStream().readNBytes(3), US_ASCII);
        }
    }

    private static boolean refused(HostPort address) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() - deadline < 0) {
            try (Socket socket = NodeFixture.connect(address)) {
                socket.getInputStream().read();
            } catch (ConnectException e) {
                return true;
            } catch (IOException e) {
                // Reset while it closed: the next one is refused.
                assertThat(e).isNotNull();
            }
        }
        return false;
    }
}
