package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.unix.Socket;
import io.sluice.dataplane.net.DatagramConnection.Sent;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

class PolledDatagramConnectionTest {
    private static final int SOL_SOCKET = 1;
    private static final int SO_NO_CHECK = 11;

    private final User user = new User();

    @BeforeEach
    void runsAreThere() {
        assumeThat(EpollDatagramChannel.isSegmentedDatagramPacketSupported())
                .as("the kernel has UDP_SEGMENT")
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING"})
    void whatFollowsTheFirstOfATurnLeavesAsOne(Transport transport) throws Exception {
        try (EventLoops loops = EventLoops.open(transport, 1);
                var peer = new DatagramReceiver();
                var other = new DatagramReceiver()) {
            DatagramConnection connection = connect(loops, peer.address());
            DatagramConnection second = connect(loops, other.address());
            int[] sizes = {100, 100, 100, 100, 60, 100, 100, 200, 0, 70};
            List<Sent> outcomes =
                    inOneTurn(
                            loops,
                            () -> {
                                List<Sent> all = new ArrayList<>();
                                for (int size : sizes) {
                                    all.add(send(connection, size));
                                }
                                all.add(send(second, 50));
                                all.add(send(connection, 100));
                                return all;
                            });
            assertThat(peer.sizes()).containsExactly(100, 360, 200, 200, 0, 70, 100);
            assertThat(other.sizes()).containsExactly(50);
            assertThat(outcomes)
                    .doesNotContain(Sent.DROPPED, Sent.UNREACHABLE)
                    .element(0)
                    .isEqualTo(Sent.TAKEN);
            long later = outcomes.stream().filter(each -> each == Sent.LATER).count();
            assertThat(user.datagrams(Sent.TAKEN)).isEqualTo(later);
            assertThat(user.bytes(Sent.TAKEN)).isEqualTo(360 + 200 + 200 + 70);
            close(loops, connection, second);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING"})
    void whereTheKernelTakesNoRunsTheyLeaveOneByOne(Transport transport) throws Exception {
        try (EventLoops loops = EventLoops.open(transport, 1);
                var peer = new DatagramReceiver()) {
            DatagramConnection connection = connect(loops, peer.address());
            socketOf(connection).setIntOpt(SOL_SOCKET, SO_NO_CHECK, 1);
            int[] sizes = {100, 100, 100, 99, 50, 50, 50, 300, 100, 49};
            for (int turn = 0; turn < 3; turn++) {
                inOneTurn(
                        loops,
                        () -> {
                            for (int size : sizes) {
                                send(connection, size);
                            }
                            return connection;
                        });
                assertThat(peer.sizes())
                        .containsExactly(100, 100, 100, 99, 50, 50, 50, 300, 100, 49);
            }
            assertThat(user.datagrams(Sent.DROPPED)).isZero();
            close(loops, connection);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING"})
    void aCloseSendsWhatItWasGivenBefore(Transport transport) throws Exception {
        try (EventLoops loops = EventLoops.open(transport, 1);
                var peer = new DatagramReceiver()) {
            DatagramConnection connection = connect(loops, peer.address());
            inOneTurn(
                    loops,
                    () -> {
                        for (int i = 0; i < 5; i++) {
                            send(connection, 10);
                        }
                        connection.close();
                        return connection;
                    });
            assertThat(peer.sizes()).containsExactly(10, 40);
            assertThat(user.datagrams(Sent.TAKEN)).isEqualTo(4);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING"})
    void thatNobodyIsThereIsToldOfAllThatWereToLeave(Transport transport) throws Exception {
        try (EventLoops loops = EventLoops.open(transport, 1);
                var deaf = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            // Takes nothing from anyone else, as if nobody were there; the port stays ours.
            deaf.connect(InetAddress.getLoopbackAddress(), 9);
            DatagramConnection connection =
                    connect(loops, (InetSocketAddress) deaf.getLocalSocketAddress());
            // The ICMP error of the first is mostly there before the others leave.
            for (int turn = 0; turn < 10_000 && user.datagrams(Sent.UNREACHABLE) == 0; turn++) {
                inOneTurn(
                        loops,
                        () -> {
                            for (int i = 0; i < 5; i++) {
                                send(connection, 10);
                            }
                            return connection;
                        });
            }
            assertThat(user.datagrams(Sent.UNREACHABLE)).isEqualTo(4);
            close(loops, connection);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING"})
    void whoIsToldGoesElsewhereAndNothingGoesTheWayOfOthers(Transport transport) throws Exception {
        try (EventLoops loops = EventLoops.open(transport, 1);
                var first = new DatagramReceiver();
                var second = new DatagramReceiver();
                var elsewhere = new DatagramReceiver()) {
            DatagramConnection one = connect(loops, first.address());
            DatagramConnection two = connect(loops, second.address());
            DatagramConnection three = connect(loops, elsewhere.address());
            user.whenTold =
                    () -> {
                        one.close();
                        send(three, 7);
                        send(three, 7);
                        send(three, 7);
                    };
            inOneTurn(
                    loops,
                    () -> {
                        send(one, 5);
                        send(one, 5);
                        return send(two, 9);
                    });
            assertThat(elsewhere.sizes()).containsExactly(7, 7, 7);
            inOneTurn(
                    loops,
                    () -> {
                        for (int i = 0; i < 4; i++) {
                            send(two, 9);
                        }
                        return two;
                    });
            assertThat(first.sizes()).containsExactly(5, 5);
            assertThat(second.sizes()).containsExactly(9, 9, 27);
            close(loops, two, three);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING"})
    void whatIsSentByWhoIsToldAtTheEndOfATurnIsNotLeftBehind(Transport transport) throws Exception {
        try (EventLoops loops = EventLoops.open(transport, 1);
                var first = new DatagramReceiver();
                var elsewhere = new DatagramReceiver()) {
            DatagramConnection one = connect(loops, first.address());
            DatagramConnection two = connect(loops, elsewhere.address());
            user.whenTold =
                    () -> {
                        send(two, 7);
                        send(two, 7);
                    };
            inOneTurn(
                    loops,
                    () -> {
                        send(one, 5);
                        return send(one, 5);
                    });
            assertThat(elsewhere.sizes()).containsExactly(7, 7);
            assertThat(first.sizes()).containsExactly(5, 5);
            close(loops, one, two);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING"})
    void whatWhoIsToldClosesSendsNoMore(Transport transport) throws Exception {
        try (EventLoops loops = EventLoops.open(transport, 1);
                var peer = new DatagramReceiver()) {
            DatagramConnection connection = connect(loops, peer.address());
            user.whenTold = connection::close;
            List<Sent> outcomes =
                    inOneTurn(
                            loops,
                            () ->
                                    List.of(
                                            send(connection, 5),
                                            send(connection, 5),
                                            send(connection, 9),
                                            send(connection, 9)));
            assertThat(outcomes)
                    .containsExactly(Sent.TAKEN, Sent.LATER, Sent.DROPPED, Sent.DROPPED);
            assertThat(peer.sizes()).containsExactly(5, 5);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING"})
    void largerOnesBehindARunAreNotCutUp(Transport transport) throws Exception {
        try (EventLoops loops = EventLoops.open(transport, 1);
                var peer = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            peer.setSoTimeout(60_000);
            DatagramConnection connection =
                    connect(loops, (InetSocketAddress) peer.getLocalSocketAddress());
            int[] sizes = {100, 100, 100, 60_000, 100, 100, 65_507, 1};
            inOneTurn(
                    loops,
                    () -> {
                        for (int size : sizes) {
                            send(connection, size);
                        }
                        return connection;
                    });
            for (int size : sizes) {
                var packet = new DatagramPacket(new byte[65_535], 65_535);
                peer.receive(packet);
                assertThat(packet.getLength()).isEqualTo(size);
            }
            close(loops, connection);
        }
    }

    private DatagramConnection connect(EventLoops loops, InetSocketAddress peer) throws Exception {
        var route = DatagramRoute.of(peer, null, SocketSpec.USUAL);
        return inOneTurn(loops, () -> loops.connectDatagrams(loops.at(0), route, user));
    }

    private static Socket socketOf(DatagramConnection connection) {
        return (Socket) ((PolledDatagramConnection) connection).fd();
    }

    private static Sent send(DatagramConnection connection, int bytes) {
        ByteBuf datagram = Unpooled.directBuffer(bytes + 1).writeZero(bytes);
        try {
            return connection.send(datagram);
        } finally {
            datagram.release();
        }
    }

    private static <T> T inOneTurn(EventLoops loops, Callable<T> task) throws Exception {
        var done = new CompletableFuture<T>();
        loops.at(0)
                .execute(
                        () -> {
                            try {
                                done.complete(task.call());
                            } catch (Exception | AssertionError e) {
                                done.completeExceptionally(e);
                            }
                        });
        T result = done.get(60, TimeUnit.SECONDS);
        // Behind the tasks of that turn.
        loops.onEach(loop -> {}).get(60, TimeUnit.SECONDS);
        return result;
    }

    private static void close(EventLoops loops, DatagramConnection... connections)
            throws Exception {
        inOneTurn(
                loops,
                () -> {
                    for (DatagramConnection connection : connections) {
                        connection.close();
                    }
                    return connections;
                });
    }

    /** Written by the loop, read behind its tasks. */
    private static final class User implements DatagramConnection.User {
        private record Told(int datagrams, int bytes, Sent outcome) {}

        private final List<Told> told = new ArrayList<>();

        /** Done once, when it is told of something. */
        private @Nullable Runnable whenTold;

        int datagrams(Sent outcome) {
            return told.stream()
                    .filter(each -> each.outcome() == outcome)
                    .mapToInt(Told::datagrams)
                    .sum();
        }

        int bytes(Sent outcome) {
            return told.stream()
                    .filter(each -> each.outcome() == outcome)
                    .mapToInt(Told::bytes)
                    .sum();
        }

        @Override
        public void sent(int datagrams, int bytes, Sent outcome) {
            told.add(new Told(datagrams, bytes, outcome));
            Runnable then = whenTold;
            if (then != null) {
                whenTold = null;
                then.run();
            }
        }

        @Override
        public void received(ByteBuf datagram) {}

        @Override
        public void unreachable() {}

        @Override
        public void failed(Throwable cause) {
            throw new AssertionError(cause);
        }
    }
}
