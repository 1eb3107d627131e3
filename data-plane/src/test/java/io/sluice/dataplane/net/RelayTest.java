package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

class RelayTest {
    private static final int CHUNK_BYTES = 64 * 1024;

    /** Netty's default, which the relay's sockets keep. */
    private static final int HIGH_WATER_BYTES = 64 * 1024;

    /**
     * The largest read, also Netty's default; a read that begins below the mark may end above it.
     */
    private static final int READ_BYTES_MAX = 64 * 1024;

    private static final int PIECE_BYTES = 16 * 1024 * 1024;

    /** Of the loop, after which what was to happen at once has happened. */
    private static final int ROUNDS = 100;

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void passesEarlyBytesBothWaysAndCounts(Transport transport) throws Exception {
        try (var relay = new RelayFixture(transport)) {
            relay.start(Unpooled.copiedBuffer("early ", StandardCharsets.US_ASCII), Timer.NEVER);
            send(relay.client, "up");
            send(relay.upstream, "down!");
            assertThat(relay.upstream.getInputStream().readNBytes(8))
                    .asString()
                    .isEqualTo("early up");
            assertThat(relay.client.getInputStream().readNBytes(5)).asString().isEqualTo("down!");
            assertThat(relay.onLoop(() -> relay.sentUpstream)).isEqualTo(8);
            assertThat(relay.onLoop(() -> relay.sentDownstream)).isEqualTo(5);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void passesTheClientsEndOnAndStillBringsTheAnswer(Transport transport) throws Exception {
        try (var relay = new RelayFixture(transport)) {
            relay.start(Timer.NEVER);
            send(relay.client, "question");
            relay.client.shutdownOutput();
            assertThat(relay.upstream.getInputStream().readAllBytes())
                    .asString()
                    .isEqualTo("question");
            send(relay.upstream, "answer");
            relay.upstream.shutdownOutput();
            assertThat(relay.client.getInputStream().readAllBytes()).asString().isEqualTo("answer");
            assertThat(relay.end().failure()).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void passesTheUpstreamsEndOnAndStillTakesTheRest(Transport transport) throws Exception {
        try (var relay = new RelayFixture(transport)) {
            relay.start(Timer.NEVER);
            relay.upstream.shutdownOutput();
            assertThat(relay.client.getInputStream().read()).isEqualTo(-1);
            send(relay.client, "rest");
            relay.client.shutdownOutput();
            assertThat(relay.upstream.getInputStream().readAllBytes()).asString().isEqualTo("rest");
            assertThat(relay.end().failure()).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void holdsLittleForASlowReader(Transport transport) throws Exception {
        try (var relay = new RelayFixture(transport)) {
            relay.start(Timer.NEVER);
            int chunks = 512;
            CompletableFuture<Void> writing = writing(relay.upstream, chunks);
            relay.until(relay::upstreamPaused);
            readChunks(relay.client, chunks);
            assertThat(relay.client.getInputStream().read()).isEqualTo(-1);
            writing.get(60, TimeUnit.SECONDS);
            long pending = relay.onLoop(() -> relay.pendingBytesMax);
            assertThat(pending).isPositive().isLessThanOrEqualTo(HIGH_WATER_BYTES + READ_BYTES_MAX);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void holdsLittleForASlowReaderThatEndedItsSide(Transport transport) throws Exception {
        try (var relay = new RelayFixture(transport)) {
            relay.start(Timer.NEVER);
            relay.client.shutdownOutput();
            assertThat(relay.upstream.getInputStream().read()).isEqualTo(-1);
            int chunks = 512;
            CompletableFuture<Void> writing = writing(relay.upstream, chunks);
            relay.until(relay::upstreamPaused);
            readChunks(relay.client, chunks);
            assertThat(relay.client.getInputStream().read()).isEqualTo(-1);
            writing.get(60, TimeUnit.SECONDS);
            assertThat(relay.end().failure()).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void holdsLittleOfWhatAWriterLeftBehindItsEnd(Transport transport) throws Exception {
        try (var relay = new RelayFixture(transport)) {
            // Nobody reads until the kernel has it all, end included.
            int chunks = 5;
            writing(relay.upstream, chunks).get(60, TimeUnit.SECONDS);
            relay.start(Timer.NEVER);
            relay.until(relay::upstreamPaused);
            // The loop went around since: what it could read it has.
            relay.onLoop(() -> 0);
            readChunks(relay.client, chunks);
            assertThat(relay.client.getInputStream().read()).isEqualTo(-1);
            long pending = relay.onLoop(() -> relay.pendingBytesMax);
            assertThat(pending).isLessThanOrEqualTo(HIGH_WATER_BYTES + READ_BYTES_MAX);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void passesAResetOnAsAReset(Transport transport) throws Exception {
        try (var relay = new RelayFixture(transport)) {
            relay.start(Timer.NEVER);
            send(relay.upstream, "x");
            assertThat(relay.client.getInputStream().read()).isEqualTo('x');
            relay.upstream.setSoLinger(true, 0);
            relay.upstream.close();
            assertThatThrownBy(() -> relay.client.getInputStream().read())
                    .isInstanceOf(SocketException.class);
            assertThat(relay.end().failure()).isEqualTo(Failure.UPSTREAM_RESET);
        }
    }

    /** On NIO a socket that is not read is not heard of. */
    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING"})
    void endsWithAResetBehindWhatASlowReaderLeaves(Transport transport) throws Exception {
        try (var relay = new RelayFixture(transport)) {
            writing(relay.upstream, 5).get(60, TimeUnit.SECONDS);
            relay.start(Timer.NEVER);
            relay.until(relay::upstreamPaused);
            reset(relay.upstream);
            assertThat(relay.end().failure()).isEqualTo(Failure.UPSTREAM_RESET);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING"})
    void endsWithAResetThatCameBeforeItHadToWait(Transport transport) throws Exception {
        try (var relay = new RelayFixture(transport)) {
            writing(relay.upstream, 5).get(60, TimeUnit.SECONDS);
            reset(relay.upstream);
            relay.start(Timer.NEVER);
            assertThat(relay.end().failure()).isEqualTo(Failure.UPSTREAM_RESET);
        }
    }

    private static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void closesWhenIdle(Transport transport) throws Exception {
        try (var relay = new RelayFixture(transport)) {
            relay.start(TimeUnit.MILLISECONDS.toNanos(30));
            assertThat(relay.client.getInputStream().read()).isEqualTo(-1);
            assertThat(relay.upstream.getInputStream().read()).isEqualTo(-1);
            assertThat(relay.end().failure()).isEqualTo(Failure.IDLE_TIMEOUT);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void letsGoOfAChannelThatIsClosedWhileItWaitsToWrite(Transport transport) throws Exception {
        try (var sockets = new RelayFixture(transport)) {
            WeakReference<Channel> closed = closedWhileItWaits(sockets);
            sockets.until(
                    () -> {
                        System.gc();
                        return closed.get() == null;
                    });
        }
    }

    private static WeakReference<Channel> closedWhileItWaits(RelayFixture sockets)
            throws Exception {
        try (var listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var address = (InetSocketAddress) listening.getLocalSocketAddress();
            SocketChannel channel = sockets.loops.newChannel(address);
            channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
            sockets.loop.eventLoop().register(channel).get(60, TimeUnit.SECONDS);
            channel.connect(address).get(60, TimeUnit.SECONDS);
            try (Socket peer = listening.accept()) {
                peer.shutdownOutput();
                sockets.until(channel::isInputShutdown);
                ByteBuf more = sockets.onLoop(() -> writeTwo(channel));
                untilItWaits(sockets, more);
                channel.close().get(60, TimeUnit.SECONDS);
            }
            return new WeakReference<>(channel);
        }
    }

    /** The kernel took something, and no more for some rounds of the loop. */
    private static void untilItWaits(RelayFixture sockets, ByteBuf more) throws Exception {
        int[] last = {0, 0};
        sockets.until(
                () -> {
                    last[1] = more.readerIndex() == last[0] ? last[1] + 1 : 0;
                    last[0] = more.readerIndex();
                    return last[0] > 0 && last[1] > ROUNDS;
                });
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void writesOnToASlowReaderThatEndedItsSide(Transport transport) throws Exception {
        try (var sockets = new RelayFixture(transport)) {
            sockets.client.shutdownOutput();
            sockets.onLoop(() -> sockets.clientChannel.config().setAutoRead(true));
            sockets.until(sockets.clientChannel::isInputShutdown);
            ByteBuf more = sockets.onLoop(() -> writeTwo(sockets.clientChannel));
            untilItWaits(sockets, more);
            assertThat(sockets.client.getInputStream().readNBytes(2 * PIECE_BYTES))
                    .hasSize(2 * PIECE_BYTES);
        }
    }

    /** More than the kernel takes, and not in one piece: that is another operation on io_uring. */
    private static ByteBuf writeTwo(Channel channel) {
        ByteBuf first = channel.alloc().buffer(PIECE_BYTES).writeZero(PIECE_BYTES);
        var _ = channel.write(first);
        var _ = channel.writeAndFlush(channel.alloc().buffer(PIECE_BYTES).writeZero(PIECE_BYTES));
        return first;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Writes chunks that each consist of one byte, their number, and ends. */
    private static CompletableFuture<Void> writing(Socket socket, int chunks) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        OutputStream out = socket.getOutputStream();
                        for (int i = 0; i < chunks; i++) {
                            byte[] chunk = new byte[CHUNK_BYTES];
                            Arrays.fill(chunk, (byte) i);
                            out.write(chunk);
                        }
                        socket.shutdownOutput();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                task -> Thread.ofVirtual().start(task));
    }

    private static void readChunks(Socket socket, int chunks) throws IOException {
        InputStream in = socket.getInputStream();
        for (int i = 0; i < chunks; i++) {
            byte[] chunk = in.readNBytes(CHUNK_BYTES);
            assertThat(chunk).hasSize(CHUNK_BYTES);
            assertThat(chunk[0]).isEqualTo((byte) i);
            assertThat(chunk[CHUNK_BYTES - 1]).isEqualTo((byte) i);
        }
    }
}
