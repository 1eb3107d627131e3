package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

class ClosingEventLoopTest {
    private static final long SECONDS_MAX = 60;

    private final CompletableFuture<Boolean> inactive = new CompletableFuture<>();

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void closesItsSocketsWhereItsEndBeginsAmongTasks(Transport transport) throws Exception {
        // Closed from within.
        EventLoops loops = EventLoops.open(transport, 1);
        try (var peer = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            SocketChannel channel = connect(loops, peer);
            try (Socket accepted = peer.accept()) {
                accepted.setSoTimeout((int) TimeUnit.SECONDS.toMillis(SECONDS_MAX));
                loops.at(0).execute(() -> shutDown(loops));
                assertThat(accepted.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(inactive.get(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
            assertThat(channel.closeFuture().await(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
        }
    }

    private SocketChannel connect(EventLoops loops, ServerSocket peer) throws Exception {
        var address = (InetSocketAddress) peer.getLocalSocketAddress();
        SocketChannel channel = loops.newChannel(address);
        channel.pipeline().addLast(new Inactive());
        loops.at(0).eventLoop().register(channel).sync();
        channel.connect(address).sync();
        return channel;
    }

    private static void shutDown(EventLoops loops) {
        var _ =
                loops.at(0)
                        .eventLoop()
                        .parent()
                        .shutdownGracefully(0, SECONDS_MAX, TimeUnit.SECONDS);
    }

    /** Hears of it while its loop still takes tasks. */
    private final class Inactive extends ChannelInboundHandlerAdapter {
        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            ctx.executor().execute(() -> inactive.complete(true));
            ctx.fireChannelInactive();
        }
    }
}
