package io.sluice.dataplane.cluster.pool;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.cluster.endpoint.Health;
import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.HeldPort;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.Transport;
import io.sluice.dataplane.telemetry.EndpointMeter;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

class ConnectionPoolTest {
    private static final long LONG_NANOS = TimeUnit.HOURS.toNanos(1);

    private final EndpointMeter meter = new EndpointMeter();
    private final HeldPort port = new HeldPort();
    private final ServerSocket upstream;
    private final Endpoint endpoint;
    private EventLoops loops = EventLoops.open(Transport.NIO, 1);
    private Loop loop = loops.at(0);

    ConnectionPoolTest() throws IOException {
        upstream = port.listen(10);
        upstream.setSoTimeout(60_000);
        endpoint = new Endpoint("c", port.socketAddress(), 1, Health.HEALTHY, Instant.EPOCH);
    }

    @AfterEach
    void close() throws IOException {
        upstream.close();
        port.close();
        loops.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void lendsTheOneReleasedLastAndCountsItsUsers(Transport transport) throws Exception {
        ConnectionPool pool = pool(transport, 10, LONG_NANOS);
        User first = acquire(pool);
        User second = acquire(pool);
        assertThat(first.connection().reused()).isFalse();
        assertThat(onLoop(() -> endpoint.active(loop))).isEqualTo(2);
        UpstreamConnection one = first.connection();
        UpstreamConnection two = second.connection();
        release(one);
        release(two);
        assertThat(onLoop(() -> endpoint.active(loop))).isZero();
        assertThat(onLoop(pool::idle)).isEqualTo(2);
        assertThat(acquire(pool).connection()).isSameAs(two);
        UpstreamConnection again = acquire(pool).connection();
        assertThat(again).isSameAs(one);
        assertThat(again.reused()).isTrue();
        assertThat(onLoop(() -> meter.connectionsOpened)).isEqualTo(2);
        assertThat(onLoop(() -> meter.active)).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void keepsNoConnectionThatSaysSomethingUnasked(Transport transport) throws Exception {
        ConnectionPool pool = pool(transport, 10, LONG_NANOS);
        User user = acquire(pool);
        try (Socket server = upstream.accept()) {
            release(user.connection());
            server.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(US_ASCII));
            until(() -> pool.idle() == 0);
            server.setSoTimeout(60_000);
            assertThat(server.getInputStream().read()).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void forgetsAConnectionThatTheServerClosed(Transport transport) throws Exception {
        ConnectionPool pool = pool(transport, 10, LONG_NANOS);
        User user = acquire(pool);
        Socket server = upstream.accept();
        release(user.connection());
        server.close();
        until(() -> pool.idle() == 0);
        assertThat(acquire(pool).connection().reused()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void closesWhatIsIdleTooLongOrTooMany(Transport transport) throws Exception {
        ConnectionPool pool = pool(transport, 1, TimeUnit.MILLISECONDS.toNanos(60));
        User first = acquire(pool);
        User second = acquire(pool);
        UpstreamConnection two = second.connection();
        release(first.connection());
        release(two);
        // The older one made room.
        assertThat(onLoop(() -> first.connection().channel().isOpen())).isFalse();
        until(() -> pool.idle() == 0);
        until(() -> !two.channel().isOpen());
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void tellsTheUserWhatComesAndHowItEnds(Transport transport) throws Exception {
        ConnectionPool pool = pool(transport, 10, LONG_NANOS);
        User user = acquire(pool);
        try (Socket server = upstream.accept()) {
            server.getOutputStream().write("abc".getBytes(US_ASCII));
            until(() -> user.bytes == 3);
            server.shutdownOutput();
            until(() -> user.inputClosed);
            // It cannot be used again.
            release(user.connection());
            assertThat(onLoop(pool::idle)).isZero();
        }
        User reset = acquire(pool);
        try (Socket server = upstream.accept()) {
            server.setSoLinger(true, 0);
        }
        until(() -> reset.closed);
        assertThat(reset.cause).isInstanceOf(IOException.class);
        assertThat(onLoop(() -> endpoint.active(loop))).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void saysThatAConnectFailed(Transport transport) throws Exception {
        ConnectionPool pool = pool(transport, 10, LONG_NANOS);
        upstream.close();
        var user = new User();
        onLoop(
                () -> {
                    pool.acquire(user);
                    return 0;
                });
        assertThat(user.failures.poll(60, TimeUnit.SECONDS)).isEqualTo(Failure.CONNECT_FAILED);
        assertThat(onLoop(() -> endpoint.active(loop))).isZero();
        assertThat(onLoop(() -> meter.connectFailures)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void keepsNothingOnceItsEndpointLeft(Transport transport) throws Exception {
        ConnectionPool pool = pool(transport, 10, LONG_NANOS);
        UpstreamConnection idle = acquire(pool).connection();
        UpstreamConnection lent = acquire(pool).connection();
        release(idle);
        onLoop(
                () -> {
                    pool.retire();
                    return 0;
                });
        assertThat(onLoop(() -> idle.channel().isOpen())).isFalse();
        assertThat(onLoop(() -> lent.channel().isOpen())).isTrue();
        release(lent);
        assertThat(onLoop(() -> lent.channel().isOpen())).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void opensConnectionsAheadAndReplacesThoseTaken(Transport transport) throws Exception {
        ConnectionPool pool = pool(transport, new IdleOptions(10, LONG_NANOS, 2));
        openReady(pool);
        until(() -> pool.idle() == 2);
        assertThat(onLoop(() -> endpoint.active(loop))).isZero();
        UpstreamConnection one = acquire(pool).connection();
        assertThat(onLoop(() -> endpoint.active(loop))).isEqualTo(1);
        until(() -> pool.idle() == 2);
        assertThat(onLoop(() -> meter.connectionsOpened)).isEqualTo(3);
        release(one);
        assertThat(onLoop(() -> endpoint.active(loop))).isZero();
        assertThat(onLoop(pool::idle)).isEqualTo(3);
        openReady(pool);
        assertThat(onLoop(() -> meter.connectionsOpened)).isEqualTo(3);
        onLoop(
                () -> {
                    pool.retire();
                    pool.openReady();
                    return 0;
                });
        assertThat(onLoop(pool::idle)).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void leavesAnEndpointAloneThatTakesNoConnections(Transport transport) throws Exception {
        ConnectionPool pool = pool(transport, new IdleOptions(10, LONG_NANOS, 1));
        upstream.close();
        long begin = System.nanoTime();
        for (int i = 0; i < 50; i++) {
            openReady(pool);
            var user = new User();
            onLoop(
                    () -> {
                        pool.acquire(user);
                        return 0;
                    });
            assertThat(user.failures.poll(60, TimeUnit.SECONDS)).isEqualTo(Failure.CONNECT_FAILED);
        }
        // Those of the users, and one ahead in each second at most.
        long failures = onLoop(() -> meter.connectFailures);
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
        assertThat(failures).isBetween(51L, 52 + seconds);
        assertThat(onLoop(() -> endpoint.active(loop))).isZero();
    }

    private void openReady(ConnectionPool pool) throws Exception {
        onLoop(
                () -> {
                    pool.openReady();
                    return 0;
                });
    }

    private ConnectionPool pool(Transport transport, int idleMax, long idleNanos) {
        return pool(transport, new IdleOptions(idleMax, idleNanos, 0));
    }

    private ConnectionPool pool(Transport transport, IdleOptions idle) {
        loops.close();
        loops = EventLoops.open(transport, 1);
        loop = loops.at(0);
        return new ConnectionPool(loops, loop, endpoint, new PoolOptions(5_000, idle), meter);
    }

    private User acquire(ConnectionPool pool) throws Exception {
        var user = new User();
        onLoop(
                () -> {
                    pool.acquire(user);
                    return 0;
                });
        user.connected = user.connections.poll(60, TimeUnit.SECONDS);
        return user;
    }

    private void release(UpstreamConnection connection) throws Exception {
        onLoop(
                () -> {
                    connection.release();
                    return 0;
                });
    }

    private <T> T onLoop(Callable<T> task) throws Exception {
        return loop.eventLoop().submit(task).get(60, TimeUnit.SECONDS);
    }

    private void until(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!onLoop(condition)) {
            assertThat(System.nanoTime()).isLessThan(deadline);
        }
    }

    private static final class User implements UpstreamUser {
        final BlockingQueue<UpstreamConnection> connections = new LinkedBlockingQueue<>();
        final BlockingQueue<Failure> failures = new LinkedBlockingQueue<>();
        @Nullable UpstreamConnection connected;
        int bytes;
        boolean inputClosed;
        boolean closed;
        @Nullable Throwable cause;

        UpstreamConnection connection() {
            return requireNonNull(connected);
        }

        @Override
        public void connected(UpstreamConnection connection) {
            connections.add(connection);
        }

        @Override
        public void connectFailed(Failure failure, Throwable why) {
            failures.add(failure);
        }

        @Override
        public void read(ByteBuf read) {
            bytes += read.readableBytes();
            read.release();
        }

        @Override
        public void readComplete() {}

        @Override
        public void writabilityChanged() {}

        @Override
        public void inputClosed() {
            inputClosed = true;
        }

        @Override
        public void closed(@Nullable Throwable why) {
            closed = true;
            cause = why;
        }
    }
}
