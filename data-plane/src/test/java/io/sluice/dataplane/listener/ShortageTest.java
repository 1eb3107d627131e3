package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.dataplane.net.DescriptorUse;
import io.sluice.dataplane.net.ProcessDescriptors;
import io.sluice.dataplane.net.ProcessMemory;
import io.sluice.dataplane.net.Transport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

@Timeout(60)
class ShortageTest {
    @Test
    void acceptsNobodyWhileMemoryIsFullAndServesThoseWhoAreThere() throws Exception {
        var percent = new AtomicInteger(Shortage.MEMORY_PERCENT_MAX - 1);
        List<Socket> clients = new ArrayList<>();
        try (var upstream = new EchoServer("u");
                var node =
                        new NodeFixture(
                                Transport.AUTO,
                                new ListenerOptions(
                                        null, 1_000, percent::get, new ProcessDescriptors()))) {
            node.clusters(NodeFixture.cluster("c", upstream.address()));
            node.apply(new NodeFixture.Tcp("l4", "127.0.0.1:0", "c"));
            Socket there = node.connect("l4");
            clients.add(there);
            assertThat(there.getInputStream().read()).isEqualTo('u');
            assertThat(node.listeners.acceptPauses()).isEqualTo(new AcceptPauses(0, 0, 0, 0));

            percent.set(Shortage.MEMORY_PERCENT_MAX);
            // Each socket notices with the next connection that it accepts.
            while (node.listeners.acceptPauses().paused() < node.loops.count()) {
                clients.add(node.connect("l4"));
                // Every loop has had its turn.
                var _ = node.count("l4", meter -> meter.connectionsAccepted);
            }
            assertThat(node.listeners.acceptPauses().memory()).isEqualTo(node.loops.count());
            Socket waiting = node.connect("l4");
            clients.add(waiting);
            there.getOutputStream().write('x');
            assertThat(there.getInputStream().read()).isEqualTo('x');

            // Less is not enough yet, so that it does not start and stop all the time.
            percent.set(Shortage.MEMORY_PERCENT_AGAIN);
            there.getOutputStream().write('y');
            assertThat(there.getInputStream().read()).isEqualTo('y');
            assertThat(node.listeners.acceptPauses().paused()).isEqualTo(node.loops.count());

            percent.set(Shortage.MEMORY_PERCENT_AGAIN - 1);
            assertThat(waiting.getInputStream().read()).isEqualTo('u');
            for (Socket client : clients.subList(1, clients.size() - 1)) {
                assertThat(client.getInputStream().read()).isEqualTo('u');
            }
            // A socket with nobody waiting goes on a moment later.
            while (node.listeners.acceptPauses().paused() > 0) {
                var _ = node.count("l4", meter -> meter.connectionsAccepted);
            }
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    /** As the test sets them; of a limit of 2 every client is beyond. */
    private static final class FewDescriptors implements DescriptorUse {
        final AtomicLong max = new AtomicLong(1_000_000);
        final AtomicLong open = new AtomicLong();

        @Override
        public long max() {
            return max.get();
        }

        @Override
        public long open() {
            return open.get();
        }
    }

    @Test
    void leavesAReserveOfDescriptors() throws Exception {
        var descriptors = new FewDescriptors();
        var options = new ListenerOptions(null, 1_000, () -> 0, descriptors);
        List<Socket> clients = new ArrayList<>();
        try (var upstream = new EchoServer("u");
                var node = new NodeFixture(Transport.AUTO, options)) {
            assumeTrue(node.loops.reusePort(), "descriptors have numbers on Linux transports");
            node.clusters(NodeFixture.cluster("c", upstream.address()));
            node.apply(new NodeFixture.Tcp("l4", "127.0.0.1:0", "c"));
            descriptors.max.set(2);
            descriptors.open.set(2);
            while (node.listeners.acceptPauses().paused() < node.loops.count()) {
                clients.add(node.connect("l4"));
                var _ = node.count("l4", meter -> meter.connectionsAccepted);
            }
            assertThat(node.listeners.acceptPauses().descriptors()).isEqualTo(node.loops.count());
            Socket waiting = node.connect("l4");
            clients.add(waiting);
            descriptors.max.set(1_000_000);
            assertThat(waiting.getInputStream().read()).isEqualTo('u');
            while (node.listeners.acceptPauses().paused() > 0) {
                var _ = node.count("l4", meter -> meter.connectionsAccepted);
            }
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"20000, 19936", "1024, 960", "160, 150"})
    void reservesLessWhereThereAreFew(long max, long from) {
        var descriptors = new FewDescriptors();
        descriptors.max.set(max);
        assertThat(new Shortage(() -> 0, descriptors).reservedFrom()).isEqualTo(from);
    }

    @ParameterizedTest
    @CsvSource({
        "accept(..) failed: Too many open files, DESCRIPTORS",
        "Too many open files in system, DESCRIPTORS",
        "accept(..) failed: Cannot allocate memory, OTHER"
    })
    void knowsWhatThereIsTooLittleOf(String problem, Shortage.Reason reason) {
        assertThat(Shortage.Reason.of(new IOException(problem))).isEqualTo(reason);
    }

    @Test
    void looksAtTheProcess() {
        var descriptors = new ProcessDescriptors();
        assertThat(descriptors.open()).isBetween(1L, descriptors.max());
        assertThat(new ProcessMemory().percent()).isBetween(0, 100);
    }
}
