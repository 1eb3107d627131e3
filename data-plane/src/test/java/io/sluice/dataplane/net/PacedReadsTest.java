package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The same on every transport, whether or not it knows how to read at intervals. */
class PacedReadsTest {
    private static final long INTERVAL_NANOS = 300_000;

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void bringsWhatComes(Transport transport) throws Exception {
        try (var sockets = new RelayFixture(transport)) {
            Received received = read(sockets, sockets.upstreamChannel);
            send(sockets, "one ");
            sockets.until(() -> received.text().equals("one "));

            every(sockets, sockets.upstreamChannel, INTERVAL_NANOS);
            send(sockets, "two ");
            sockets.until(() -> received.text().equals("one two "));
            every(sockets, sockets.upstreamChannel, 2 * INTERVAL_NANOS);
            send(sockets, "three ");
            sockets.until(() -> received.text().equals("one two three "));

            every(sockets, sockets.upstreamChannel, 0);
            send(sockets, "four");
            sockets.until(() -> received.text().equals("one two three four"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void readsNothingWhileThatIsNotWanted(Transport transport) throws Exception {
        try (var sockets = new RelayFixture(transport)) {
            Received received = read(sockets, sockets.upstreamChannel);
            every(sockets, sockets.upstreamChannel, INTERVAL_NANOS);
            sockets.onLoop(() -> sockets.upstreamChannel.config().setAutoRead(false));
            send(sockets, "kept");
            // Others are read in the meantime.
            Received other = read(sockets, sockets.clientChannel);
            every(sockets, sockets.clientChannel, INTERVAL_NANOS);
            OutputStream out = sockets.client.getOutputStream();
            for (int i = 1; i <= 20; i++) {
                int bytes = i;
                out.write('x');
                sockets.until(() -> other.text().length() == bytes);
            }
            assertThat(sockets.onLoop(received::text)).isEmpty();
            sockets.onLoop(() -> sockets.upstreamChannel.config().setAutoRead(true));
            sockets.until(() -> received.text().equals("kept"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void seesTheEnd(Transport transport) throws Exception {
        try (var sockets = new RelayFixture(transport)) {
            Received received = read(sockets, sockets.upstreamChannel);
            every(sockets, sockets.upstreamChannel, INTERVAL_NANOS);
            send(sockets, "last");
            sockets.upstream.shutdownOutput();
            received.ended.get(60, TimeUnit.SECONDS);
            assertThat(sockets.onLoop(received::text)).isEqualTo("last");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void seesAReset(Transport transport) throws Exception {
        try (var sockets = new RelayFixture(transport)) {
            Received received = read(sockets, sockets.upstreamChannel);
            every(sockets, sockets.upstreamChannel, INTERVAL_NANOS);
            sockets.upstream.setSoLinger(true, 0);
            sockets.upstream.close();
            received.broken.get(60, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void oneThatClosesItselfInItsReadLeavesTheOthers(Transport transport) throws Exception {
        try (var sockets = new RelayFixture(transport)) {
            Received received = read(sockets, sockets.upstreamChannel);
            sockets.onLoop(
                    () -> {
                        sockets.clientChannel
                                .pipeline()
                                .addLast(
                                        new ChannelInboundHandlerAdapter() {
                                            @Override
                                            public void channelRead(
                                                    ChannelHandlerContext ctx, Object message) {
                                                ((ByteBuf) message).release();
                                                var _ = ctx.close();
                                            }
                                        });
                        sockets.clientChannel.config().setAutoRead(true);
                        PacedReads.every(sockets.clientChannel, INTERVAL_NANOS);
                        return 0;
                    });
            every(sockets, sockets.upstreamChannel, INTERVAL_NANOS);
            sockets.client.getOutputStream().write('x');
            sockets.clientChannel.closeFuture().get(60, TimeUnit.SECONDS);
            send(sockets, "on it goes");
            sockets.until(() -> received.text().equals("on it goes"));
        }
    }

    private static Received read(RelayFixture sockets, SocketChannel channel) throws Exception {
        var received = new Received();
        sockets.onLoop(
                () -> {
                    channel.pipeline().addLast(received);
                    return channel.config().setAutoRead(true);
                });
        return received;
    }

    private static void every(RelayFixture sockets, SocketChannel channel, long nanos)
            throws Exception {
        sockets.onLoop(
                () -> {
                    PacedReads.every(channel, nanos);
                    return 0;
                });
    }

    private static void send(RelayFixture sockets, String text) throws Exception {
        sockets.upstream.getOutputStream().write(text.getBytes(US_ASCII));
    }

    /** What a channel has read; of its loop. */
    private static final class Received extends ChannelInboundHandlerAdapter {
        final CompletableFuture<Void> ended = new CompletableFuture<>();
        final CompletableFuture<Throwable> broken = new CompletableFuture<>();
        private final StringBuilder text = new StringBuilder();

        String text() {
            return text.toString();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            var bytes = (ByteBuf) message;
            text.append(bytes.toString(US_ASCII));
            bytes.release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            ended.complete(null);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            broken.complete(cause);
        }
    }
}
