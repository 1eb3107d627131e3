package io.sluice.dataplane.net;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.SocketChannel;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * The rest of a body of known length on its way from one socket to another of the same loop,
 * without a copy in user space: exactly that many bytes are moved, and what follows them stays in
 * the socket. Of its loop's thread.
 *
 * <p>The source's events come here meanwhile, and go back to its channel as soon as something else
 * than bytes is to be seen: its channel then finds the end or the error. What the target does not
 * take waits in the pipe, as part of the target channel's ordinary queue; nothing is read before it
 * left.
 */
public final class BodySplice implements EpollSocket.Reader {
    /** What is told about it, on the loop. */
    public interface User {
        /** These bytes left the source and are on their way. */
        void spliced(int bytes);

        /** The target took bytes that had to wait. */
        void spliceProgress();

        /**
         * All were moved, and the source is its channel's again.
         *
         * @param quiet whether the source had nothing more to read
         */
        void spliceDone(boolean quiet);

        /** The source is its channel's again, which reads what there is. */
        void spliceStopped();
    }

    /** Asked of one call; the pipe takes less. */
    private static final int BYTES_MAX = 1024 * 1024;

    /** Moves in a row, before other sockets get their turn. */
    private static final int MOVES_MAX = 16;

    private final Loop loop;
    private final TcpChannel source;
    private final TcpChannel target;
    private final User user;
    private final ChannelFutureListener whenTaken = this::taken;
    private long remaining;
    private boolean over;
    private boolean waiting;

    private BodySplice(Loop loop, TcpChannel source, TcpChannel target, long remaining, User user) {
        this.loop = loop;
        this.source = source;
        this.target = target;
        this.remaining = remaining;
        this.user = user;
    }

    /**
     * Prepares to move bytes; {@link #start} begins.
     *
     * @param to what was written to it is flushed
     * @return null where they have to pass through the channels: another transport, TLS, or bytes
     *     that wait already
     */
    public static @Nullable BodySplice of(
            Loop loop, SocketChannel from, EventWrites to, long bytes, User user) {
        TcpChannel target = to.idleSocket();
        return target != null && from instanceof TcpChannel source && source.mayBeLent()
                ? new BodySplice(loop, source, target, bytes, user)
                : null;
    }

    /** Moves what there is; may tell the user within the call. */
    public void start() {
        source.lend(this);
        try {
            move();
        } catch (IOException e) {
            giveUp();
        }
    }

    @Override
    public void ready(int ops) {
        if (waiting) {
            return;
        }
        try {
            if (move() == 0 && !over && !waiting) {
                // It was told to be readable: it ended, or no pipe is to be had.
                giveUp();
            }
        } catch (IOException e) {
            giveUp();
        }
    }

    /** Answers how much left the source. */
    private long move() throws IOException {
        long moved = 0;
        for (int i = 0; i < MOVES_MAX && !over && !waiting && target.isActive(); i++) {
            int bytes = moveOnce();
            if (bytes == 0) {
                return moved;
            }
            moved += bytes;
            remaining -= bytes;
            user.spliced(bytes);
            if (remaining == 0) {
                done();
            }
        }
        return moved;
    }

    private int moveOnce() throws IOException {
        SplicePipe pipe = loop.splicePipes().lend();
        if (pipe == null) {
            return 0;
        }
        int bytes;
        try {
            bytes = pipe.fill(source.socket(), (int) Math.min(remaining, BYTES_MAX));
        } catch (IOException e) {
            loop.splicePipes().giveBack(pipe);
            throw e;
        }
        if (bytes > 0 && !drained(pipe)) {
            queue(pipe, bytes < remaining);
        } else {
            loop.splicePipes().giveBack(pipe);
        }
        return bytes;
    }

    private boolean drained(SplicePipe pipe) {
        try {
            int moved = -1;
            while (moved != 0 && pipe.bytes() > 0) {
                moved = pipe.drainTo(target.socket());
            }
            return pipe.bytes() == 0;
        } catch (IOException e) {
            // The queue meets the same, and closes the target.
            return false;
        }
    }

    private void queue(SplicePipe pipe, boolean more) {
        var written = target.write(new PipeRegion(loop, pipe, target.socket(), user));
        if (more) {
            waiting = true;
            source.wantInput(false);
            target.setBlocked(true);
            written.addListener(whenTaken);
        }
        target.flush();
    }

    private void taken(ChannelFuture written) {
        waiting = false;
        target.setBlocked(false);
        // Where it failed, the target closes, and its owner stops this.
        if (!over && written.isSuccess()) {
            source.wantInput(true);
        }
    }

    private void done() {
        stop();
        user.spliceDone(source.nothingToRead(loop.receiveBuffer()));
    }

    private void giveUp() {
        stop();
        user.spliceStopped();
    }

    /** Ends it; what left the source still reaches the target. Tells nobody. */
    public void stop() {
        if (!over) {
            over = true;
            source.takeBack();
        }
    }

    @Override
    public void closing() {
        stop();
    }
}
