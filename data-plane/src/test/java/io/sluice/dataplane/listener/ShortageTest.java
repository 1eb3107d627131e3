package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.net.DescriptorUse;
import io.sluice.dataplane.net.MemoryUse;
import io.sluice.dataplane.net.ProcessDescriptors;
import io.sluice.dataplane.net.ProcessMemory;
import io.sluice.dataplane.net.Transport;
import io.sluice.proto.HostPort;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

@Timeout(60)
class ShortageTest {
    private static final long SECOND = 1_000_000_000L;

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

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void leavesAReserveOfDescriptors(Transport transport) throws Exception {
        var descriptors = new FewDescriptors();
        var options = new ListenerOptions(null, 1_000, () -> 0, descriptors);
        List<Socket> clients = new ArrayList<>();
        try (var upstream = new EchoServer("u");
                var node = new NodeFixture(transport, options)) {
            int sockets = node.loops.reusePort() ? node.loops.count() : 1;
            node.clusters(NodeFixture.cluster("c", upstream.address()));
            node.apply(new NodeFixture.Tcp("l4", "127.0.0.1:0", "c"));
            descriptors.max.set(2);
            descriptors.open.set(2);
            while (node.listeners.acceptPauses().paused() < sockets) {
                clients.add(node.connect("l4"));
                var _ = node.count("l4", meter -> meter.connectionsAccepted);
            }
            assertThat(node.listeners.acceptPauses().descriptors()).isEqualTo(sockets);
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

    /** Counting costs a look at each of them. */
    @Test
    void countsDescriptorsThatTellNothingOnlyWhenItMightBeThem() {
        var descriptors = new FewDescriptors();
        var looks = new AtomicInteger();
        var shortage =
                new Shortage(
                        () -> 0,
                        new DescriptorUse() {
                            @Override
                            public long max() {
                                return descriptors.max();
                            }

                            @Override
                            public long open() {
                                looks.incrementAndGet();
                                return descriptors.open();
                            }
                        });
        int accepted = 0;
        while (!shortage.onlyReserveLeft(20_000)) {
            accepted++;
            descriptors.open.addAndGet(2);
        }
        // The last of them counts itself.
        assertThat(descriptors.open()).isBetween(20_000L, 20_001L);
        assertThat(accepted).isEqualTo(10_000);
        assertThat(looks.get()).isLessThan(20);
    }

    @Test
    void saysOnceThatAcceptingPausesHoweverOftenItDoes() {
        var shortage = new Shortage(() -> 0, new FewDescriptors());
        var address = new HostPort("127.0.0.1", 1);
        try (var log = new CapturedLog(Shortage.class)) {
            for (int second = 0; second < 60; second++) {
                for (int socket = 0; socket < 10; socket++) {
                    shortage.begins(
                            Shortage.Reason.DESCRIPTORS, address, "ENFILE", second * SECOND);
                }
                for (int socket = 0; socket < 10; socket++) {
                    shortage.ends(address);
                }
            }
            assertThat(log.lines()).filteredOn(line -> line.contains("accept-paused")).hasSize(6);
            assertThat(log.lines()).filteredOn(line -> line.contains("accept-resumed")).hasSize(6);
            // One of which nothing was said is not kept quiet for good.
            shortage.begins(Shortage.Reason.DESCRIPTORS, address, "ENFILE", 59 * SECOND);
            shortage.goesOn(Shortage.Reason.DESCRIPTORS, address, "ENFILE", 60 * SECOND);
            assertThat(log.lines()).hasSize(13);
            shortage.goesOn(Shortage.Reason.DESCRIPTORS, address, "ENFILE", 100 * SECOND);
            assertThat(log.lines()).hasSize(13);
        }
        assertThat(shortage.pauses().descriptors()).isEqualTo(601);
    }

    @Test
    void asksForACollectionNowAndThenWhileTheHeapIsSaidToBeFull() throws Exception {
        var percent = new AtomicInteger(Shortage.MEMORY_PERCENT_MAX);
        var asked = new AtomicInteger();
        MemoryUse memory =
                new MemoryUse() {
                    @Override
                    public int percent() {
                        return percent.get();
                    }

                    @Override
                    public void lookAgain() {
                        // It was garbage.
                        asked.incrementAndGet();
                        percent.set(0);
                    }
                };
        var options = new ListenerOptions(null, 1_000, memory, new FewDescriptors());
        try (var upstream = new EchoServer("u");
                var node = new NodeFixture(Transport.AUTO, options)) {
            node.clusters(NodeFixture.cluster("c", upstream.address()));
            node.apply(new NodeFixture.Tcp("l4", "127.0.0.1:0", "c"));
            try (Socket client = node.connect("l4")) {
                // The first is accepted before it is seen that there is no room for it.
                assertThat(client.getInputStream().read()).isEqualTo('u');
                assertThat(node.listeners.acceptPauses().memory()).isEqualTo(1);
                while (node.listeners.acceptPauses().paused() > 0) {
                    var _ = node.count("l4", meter -> meter.connectionsAccepted);
                }
                assertThat(asked).hasValue(1);
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
