package io.sluice.dataplane.listener;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.UnixChannel;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.Timer;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;

/**
 * What a listening socket does on one loop: gives accepted connections to the listener it is for.
 * Of the loop's thread.
 */
final class AcceptHandler extends ChannelInboundHandlerAdapter {
    /** How long nothing is accepted after that failed, until the next try. */
    private static final long PAUSE_NANOS = 1_000_000_000L;

    /** How often memory and limits are looked at, at most. */
    private static final long LOOK_NANOS = 10_000_000L;

    /** Looks for waiting connections before a socket is closed regardless of new ones. */
    private static final int EMPTYING_PASSES_MAX = 200;

    private final Loop loop;
    private final ListeningSocket socket;
    private final Timer pause;
    private final Shortage shortage;
    private Shortage.@Nullable Reason pausedFor;
    private String problem = "";
    private long lookedNanos;
    private long reservedFrom = Long.MAX_VALUE;
    private Listener.@Nullable OnLoop listener;
    private @Nullable ChannelHandlerContext context;
    private int accepted;
    private int passes;

    AcceptHandler(Loop loop, ListeningSocket socket, Shortage shortage) {
        this.shortage = shortage;
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
        if (pausedFor != null && ctx.channel().config().isAutoRead()) {
            // Not one that was accepted together with what made it pause.
            resumed();
        }
        lookAround(ctx, (SocketChannel) message);
        AcceptHandler taker = socket.acceptorFor(loop, accepted);
        if (taker == this) {
            take((SocketChannel) message);
        } else {
            taker.loop.execute(() -> taker.take((SocketChannel) message));
        }
    }

    private void lookAround(ChannelHandlerContext ctx, SocketChannel channel) {
        long now = loop.nowNanos();
        if (now - lookedNanos >= LOOK_NANOS) {
            lookedNanos = now;
            reservedFrom = shortage.reservedFrom();
            if (shortage.memoryFull()) {
                pause(ctx, Shortage.Reason.MEMORY, "memory is full");
                return;
            }
        }
        if (isOfReserve(channel)) {
            pause(ctx, Shortage.Reason.DESCRIPTORS, "only the reserve is left");
        }
    }

    private boolean isOfReserve(SocketChannel channel) {
        return channel instanceof UnixChannel unix
                ? unix.fd().intValue() >= reservedFrom
                : shortage.onlyReserveLeft(reservedFrom);
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
        pause(ctx, Shortage.Reason.of(cause), cause.toString());
    }

    private void pause(ChannelHandlerContext ctx, Shortage.Reason reason, String why) {
        problem = why;
        if (pausedFor == null) {
            shortage.begins(reason, socket.key().address(), why, loop.nowNanos());
        }
        pausedFor = reason;
        ctx.channel().config().setAutoRead(false);
        pause.arm(PAUSE_NANOS);
    }

    private void resume() {
        ChannelHandlerContext current = context;
        if (current == null || !current.channel().isOpen()) {
            return;
        }
        Shortage.Reason reason = pausedFor;
        if (reason == null) {
            return;
        }
        if (current.channel().config().isAutoRead()) {
            // Nothing failed since it was tried again.
            resumed();
            return;
        }
        pause.arm(PAUSE_NANOS);
        if (shortage.enoughAgain(reason)) {
            current.channel().config().setAutoRead(true);
        } else {
            shortage.goesOn(reason, socket.key().address(), problem, loop.nowNanos());
        }
    }

    private void resumed() {
        pausedFor = null;
        shortage.ends(socket.key().address());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (pausedFor != null) {
            resumed();
        }
        ctx.fireChannelInactive();
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
