package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A relay on a real loop between two real sockets, whose other ends the test holds. */
final class RelayFixture implements AutoCloseable, Relay.Observer {
    static final int SOCKET_TIMEOUT_MILLIS = 60_000;

    /** How a relay ended. */
    record End(@Nullable Failure failure) {}

    final EventLoops loops;
    final Loop loop;
    final Socket client;
    final Socket upstream;
    final SocketChannel clientChannel;
    final SocketChannel upstreamChannel;
    final BlockingQueue<End> ends = new LinkedBlockingQueue<>();
    long sentUpstream;
    long sentDownstream;
    long pendingBytesMax;
    private @Nullable Relay relay;

    RelayFixture(Transport transport) throws Exception {
        this(transport, System::nanoTime);
    }

    RelayFixture(Transport transport, LongSupplier clockNanos) throws Exception {
        loops = EventLoops.open(transport, 1, clockNanos);
        loop = loops.at(0);
        try (var listening = new ServerSocket()) {
            listening.setReceiveBufferSize(16 * 1024);
            listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            clientChannel = open(listening);
            client = accept(listening);
            upstreamChannel = open(listening);
            upstream = accept(listening);
        }
    }

    private SocketChannel open(ServerSocket listening) throws Exception {
        var address =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), listening.getLocalPort());
        SocketChannel channel = loops.newChannel(address);
        channel.config().setAutoRead(false);
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        // The kernel takes much from a writer and little for a reader, so that the relay has to
        // hold back.
        channel.config().setReceiveBufferSize(1024 * 1024);
        channel.config().setSendBufferSize(16 * 1024);
        loop.eventLoop().register(channel).get(60, TimeUnit.SECONDS);
        channel.connect(address).get(60, TimeUnit.SECONDS);
        return channel;
    }

    private static Socket accept(ServerSocket listening) throws IOException {
        Socket accepted = listening.accept();
        accepted.setSoTimeout(SOCKET_TIMEOUT_MILLIS);
        return accepted;
    }

    Relay start(long idleTimeoutNanos) throws Exception {
        return start(null, idleTimeoutNanos);
    }

    Relay start(@Nullable ByteBuf early, long idleTimeoutNanos) throws Exception {
        return start(early, new RelayOptions(idleTimeoutNanos, null, null));
    }

    Relay start(@Nullable Shaping shaping) throws Exception {
        return start(null, new RelayOptions(Timer.NEVER, shaping, null));
    }

    Relay start(Coalescing coalescing) throws Exception {
        return start(null, new RelayOptions(Timer.NEVER, null, coalescing));
    }

    private Relay start(@Nullable ByteBuf early, RelayOptions options) throws Exception {
        return onLoop(
                () -> {
                    Relay started =
                            Relay.start(
                                    loop,
                                    clientChannel,
                                    upstreamChannel,
                                    early,
                                    null,
                                    options,
                                    this);
                    relay = started;
                    return started;
                });
    }

    <T> T onLoop(Callable<T> task) throws Exception {
        return loop.eventLoop().submit(task).get(60, TimeUnit.SECONDS);
    }

    /** Waits, by asking the loop again and again, until something holds there. */
    void until(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!onLoop(
                () -> {
                    look();
                    return condition.call();
                })) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("did not become true");
            }
        }
    }

    End end() throws InterruptedException {
        End end = ends.poll(60, TimeUnit.SECONDS);
        if (end == null) {
            throw new AssertionError("did not end");
        }
        return end;
    }

    @Override
    public void sentUpstream(int bytes) {
        sentUpstream += bytes;
        look();
    }

    @Override
    public void sentDownstream(int bytes) {
        sentDownstream += bytes;
        look();
    }

    /** Notes what is held now. */
    private void look() {
        pendingBytesMax = Math.max(pendingBytesMax, heldBytes());
    }

    /** What either direction holds; on the loop. */
    long heldBytes() {
        Relay started = relay;
        return started == null
                ? 0
                : Math.max(started.side(true).heldBytes(), started.side(false).heldBytes());
    }

    /** Whether the upstream is not read for now; on the loop. */
    boolean upstreamPaused() {
        Relay started = relay;
        return started != null && started.side(false).paused();
    }

    @Override
    public void ended(@Nullable Failure failure) {
        ends.add(new End(failure));
    }

    @Override
    public void close() throws IOException {
        client.close();
        upstream.close();
        loops.close();
    }
}
