package io.sluice.dataplane.listener;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.Timer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.TimeUnit;

/**
 * What a listening socket does on one loop: gives accepted connections to the listener it is for.
 * Of the loop's thread.
 */
final class AcceptHandler extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(AcceptHandler.class);

    /** How long nothing is accepted after that failed, such as for want of file descriptors. */
    private static final long PAUSE_NANOS = 1_000_000_000L;

    /** Looks for waiting connections before a socket is closed regardless of new ones. */
    private static final int EMPTYING_PASSES_MAX = 200;

    private final Loop loop;
    private final ListeningSocket socket;
    private final Timer pause;
    private Listener.@Nullable OnLoop listener;
    private @Nullable ChannelHandlerContext context;
    private int accepted;
    private int passes;

    AcceptHandler(Loop loop, ListeningSocket socket) {
        this.loop = loop;
        this.socket = socket;
        this.pause = loop.newTimer(this::resume);
    }

    /**
     * Who gets the connections from now on.
     *
     * @return whether nobody got them before
     */
    boolean serve(Listener.OnLoop next) {
        boolean first = listener == null;
        listener = next;
        return first;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        accepted++;
        AcceptHandler taker = socket.acceptorFor(loop, accepted);
        if (taker == this) {
            take((SocketChannel) message);
        } else {
            taker.loop.execute(() -> taker.take((SocketChannel) message));
        }
    }

    private void take(SocketChannel channel) {
        Listener.OnLoop current = listener;
        if (current == null) {
            channel.unsafe().closeForcibly();
            return;
        }
        current.accept(channel);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        log.warn(
                "event=accept-failed address={} problem=\"{}\"",
                socket.key().address(),
                cause.toString());
        ctx.channel().config().setAutoRead(false);
        pause.arm(PAUSE_NANOS);
    }

    private void resume() {
        ChannelHandlerContext current = context;
        if (current != null && current.channel().isOpen()) {
            current.channel().config().setAutoRead(true);
        }
    }

    /**
     * Closes the socket after a pass in which nothing came: the kernel resets what still waits
     * then.
     */
    void closeWhenEmpty() {
        ChannelHandlerContext current = context;
        if (current == null || listener == null) {
            closeNow();
            return;
        }
        int before = accepted;
        // A delay and not just a task: the loop looks at its sockets in between.
        var _ =
                loop.eventLoop()
                        .schedule(
                                () -> {
                                    if (accepted == before || ++passes == EMPTYING_PASSES_MAX) {
                                        closeNow();
                                    } else {
                                        closeWhenEmpty();
                                    }
                                },
                                1,
                                TimeUnit.MILLISECONDS);
    }

    private void closeNow() {
        pause.cancel();
        if (context != null) {
            var _ = context.close();
        }
    }
}
