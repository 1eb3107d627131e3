package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

class EventWritesTest {
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_CORK = 3;

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void keepsTheOrderOfWhatAnEventWrites(Transport transport) throws Exception {
        try (var sockets = new RelayFixture(transport)) {
            sockets.onLoop(
                    () -> {
                        var writes = new EventWrites(sockets.clientChannel);
                        writes.write(ascii("one "));
                        writes.flush();
                        writes.write(ascii("two "));
                        writes.write(ascii("three "));
                        writes.flush();
                        writes.write(ascii("four"));
                        writes.flush();
                        return 0;
                    });
            assertThat(sockets.client.getInputStream().readNBytes(18))
                    .asString(US_ASCII)
                    .isEqualTo("one two three four");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void queuesWhatTheSocketDoesNotTake(Transport transport) throws Exception {
        int pieces = 200;
        try (var sockets = new RelayFixture(transport)) {
            var writes = new EventWrites(sockets.clientChannel);
            sockets.onLoop(
                    () -> {
                        for (int i = 0; i < pieces; i++) {
                            writes.write(
                                    sockets.clientChannel.alloc().buffer(30_000).writeZero(30_000));
                            writes.flush();
                        }
                        return 0;
                    });
            assertThat(sockets.onLoop(sockets.clientChannel::isWritable)).isFalse();
            assertThat(sockets.client.getInputStream().readNBytes(pieces * 30_000))
                    .hasSize(pieces * 30_000);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void letsHandlersSeeWhatGoesOut(Transport transport) throws Exception {
        try (var sockets = new RelayFixture(transport)) {
            sockets.onLoop(
                    () -> {
                        sockets.clientChannel.pipeline().addLast(new Doubler());
                        sockets.clientChannel
                                .pipeline()
                                .addLast(new ChannelInboundHandlerAdapter());
                        var writes = new EventWrites(sockets.clientChannel);
                        writes.write(ascii("ab"));
                        writes.flush();
                        return 0;
                    });
            assertThat(sockets.client.getInputStream().readNBytes(4))
                    .asString(US_ASCII)
                    .isEqualTo("abab");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "NIO"})
    void closesTheChannelOfASocketThatIsGone(Transport transport) throws Exception {
        try (var sockets = new RelayFixture(transport)) {
            sockets.client.setSoLinger(true, 0);
            sockets.client.close();
            var gone = new CompletableFuture<Void>();
            sockets.clientChannel.closeFuture().addListener(closed -> gone.complete(null));
            var writes = new EventWrites(sockets.clientChannel);
            while (!gone.isDone()) {
                sockets.onLoop(
                        () -> {
                            writes.write(ascii("anybody?"));
                            writes.flush();
                            return 0;
                        });
            }
            gone.get(60, TimeUnit.SECONDS);
            assertThat(sockets.onLoop(sockets.clientChannel::isOpen)).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void lastBytesWaitForTheEnd(Transport transport) throws Exception {
        try (var sockets = new RelayFixture(transport)) {
            sockets.onLoop(
                    () -> {
                        var writes = new EventWrites(sockets.clientChannel);
                        writes.write(ascii("the "));
                        writes.flush();
                        writes.write(ascii("end"));
                        writes.flushLast();
                        if (sockets.clientChannel instanceof TcpChannel tcp) {
                            assertThat(tcp.socket().getIntOpt(IPPROTO_TCP, TCP_CORK)).isEqualTo(1);
                        }
                        LingeringClose.afterWrites(sockets.loop, sockets.clientChannel);
                        return 0;
                    });
            assertThat(sockets.client.getInputStream().readAllBytes())
                    .asString(US_ASCII)
                    .isEqualTo("the end");
        }
    }

    private static ByteBuf ascii(String text) {
        return Unpooled.copiedBuffer(text, US_ASCII);
    }

    private static final class Doubler extends ChannelOutboundHandlerAdapter {
        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            ByteBuf bytes = (ByteBuf) message;
            var _ = ctx.write(bytes.copy());
            var _ = ctx.write(bytes, promise);
        }
    }
}
