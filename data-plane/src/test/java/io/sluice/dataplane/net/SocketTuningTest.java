package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.sluice.proto.Problem;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.ResourceKey;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

class SocketTuningTest {
    private static final IntegerUnixChannelOption NO_DELAY = tcp("TCP_NODELAY", 1);
    private static final IntegerUnixChannelOption IDLE = tcp("TCP_KEEPIDLE", 4);
    private static final IntegerUnixChannelOption INTERVAL = tcp("TCP_KEEPINTVL", 5);
    private static final IntegerUnixChannelOption COUNT = tcp("TCP_KEEPCNT", 6);
    private static final IntegerUnixChannelOption USER_TIMEOUT = tcp("TCP_USER_TIMEOUT", 18);
    private static final IntegerUnixChannelOption FAST_OPEN_CONNECT =
            tcp("TCP_FASTOPEN_CONNECT", 30);
    private static final IntegerUnixChannelOption FAST_OPEN = tcp("TCP_FASTOPEN", 23);

    private static final SocketSpec TUNED =
            new SocketSpec(
                    false, new SocketSpec.KeepAlive(true, 30, 7, 4), 12_345, 64, true, 0, 0, "", 0);

    private static IntegerUnixChannelOption tcp(String name, int option) {
        return new IntegerUnixChannelOption(name, 6, option);
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING"})
    void connectionsHaveWhatTheListeningSocketHas(Transport transport) throws Exception {
        try (EventLoops loops = EventLoops.open(transport, 1)) {
            var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            var accepted = new CompletableFuture<SocketChannel>();
            ServerSocketChannel server = loops.newServerChannel(loopback);
            SocketTuning.listening(server, loopback, TUNED);
            assertThat(server.config().getOption(FAST_OPEN)).isEqualTo(64);
            server.pipeline().addLast(new Acceptor(accepted));
            loops.at(0).eventLoop().register(server).sync();
            server.bind(loopback).sync();
            SocketChannel client = loops.newChannel(server.localAddress());
            SocketTuning.connecting(client, server.localAddress(), SocketSpec.USUAL);
            loops.at(0).eventLoop().register(client).sync();
            client.connect(server.localAddress()).sync();
            SocketChannel child = accepted.get(60, TimeUnit.SECONDS);
            SocketTuning.accepted(child, TUNED);
            assertThat(child.config().getOption(NO_DELAY)).isZero();
            assertTuned(child);
            assertThat(client.config().getOption(NO_DELAY)).isOne();
            assertThat(client.config().isKeepAlive()).isTrue();
            assertThat(client.config().getOption(USER_TIMEOUT)).isZero();
            child.unsafe().closeForcibly();
            client.close().sync();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING"})
    void connectingSocketsHaveTheirs(Transport transport) {
        try (EventLoops loops = EventLoops.open(transport, 1)) {
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
            SocketChannel channel = loops.newChannel(address);
            SocketTuning.connecting(channel, address, TUNED);
            assertThat(channel.config().getOption(NO_DELAY)).isZero();
            assertThat(channel.config().getOption(FAST_OPEN_CONNECT)).isOne();
            assertTuned(channel);
            channel.unsafe().closeForcibly();
        }
    }

    private static void assertTuned(SocketChannel channel) {
        assertThat(channel.config().isKeepAlive()).isTrue();
        assertThat(channel.config().getOption(IDLE)).isEqualTo(30);
        assertThat(channel.config().getOption(INTERVAL)).isEqualTo(7);
        assertThat(channel.config().getOption(COUNT)).isEqualTo(4);
        assertThat(channel.config().getOption(USER_TIMEOUT)).isEqualTo(12_345);
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING"})
    void saysWhichCongestionControlsTheKernelHas(Transport transport) {
        try (EventLoops loops = EventLoops.open(transport, 1)) {
            var support = new SocketSupport(loops);
            assertThat(problems(support, congestionControl("no_such_one")))
                    .singleElement()
                    .asString()
                    .contains("congestionControl", "kernel has no \"no_such_one\"", "reno");
            assertThat(problems(support, congestionControl("reno"))).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = "NIO")
    void namesWhatNioCannotDo(Transport transport) {
        try (EventLoops loops = EventLoops.open(transport, 1)) {
            var support = new SocketSupport(loops);
            assertThat(problems(support, TUNED))
                    .extracting(problem -> problem.field() + " " + problem.code())
                    .containsExactlyInAnyOrder(
                            "userTimeout NOT_ON_THIS_NODE",
                            "fastOpenQueue NOT_ON_THIS_NODE",
                            "fastOpen NOT_ON_THIS_NODE");
            assertThat(problems(support, congestionControl("reno")))
                    .singleElement()
                    .asString()
                    .contains("congestionControl", "--transport epoll");
            assertThat(problems(support, SocketSpec.USUAL)).isEmpty();
        }
    }

    private static SocketSpec congestionControl(String name) {
        return new SocketSpec(true, null, 0, 0, false, 0, 0, name, 0);
    }

    private static List<Problem> problems(SocketSupport support, SocketSpec spec) {
        Problems problems = Problems.collect();
        support.check(spec, problems.in(new ResourceKey(Kind.LISTENER, "l")));
        return problems.errors();
    }

    private static final class Acceptor extends ChannelInboundHandlerAdapter {
        private final CompletableFuture<SocketChannel> accepted;

        Acceptor(CompletableFuture<SocketChannel> accepted) {
            this.accepted = accepted;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            accepted.complete((SocketChannel) message);
        }
    }
}
