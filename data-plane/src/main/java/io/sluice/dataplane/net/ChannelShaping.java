package io.sluice.dataplane.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

import org.jspecify.annotations.Nullable;

/**
 * The limits of a connection whose bytes go through a protocol and not through a {@link Relay}.
 * Where too much was written the channel is not writable for a while, by which everyone who writes
 * to it knows already that it has to wait; where too much was read, nobody should read on. What was
 * written or read then passes nevertheless, and is made up for. Of its loop's thread.
 */
public final class ChannelShaping {
    /** Which of the channel's own reasons not to be writable; {@link TcpChannel} has the first. */
    private static final int WRITABILITY = 2;

    private final Channel channel;
    private final Shaping shaping;
    private final Runnable readOn;
    private final Runnable mayRead = this::mayRead;
    private final Runnable mayWrite = this::mayWrite;
    private boolean readPaused;
    private boolean writePaused;

    /**
     * Nothing has passed yet.
     *
     * @param readOn called when {@link #readPaused} is over
     */
    public ChannelShaping(Channel channel, Shaping shaping, Runnable readOn) {
        this.channel = channel;
        this.shaping = shaping;
        this.readOn = readOn;
    }

    /** So many bytes were read. */
    public void received(int bytes) {
        Shaper upstream = shaping.upstream;
        if (upstream == null) {
            return;
        }
        upstream.passed(bytes);
        if (!readPaused && upstream.allowance() <= 0) {
            readPaused = true;
            upstream.await(mayRead);
        }
    }

    private void mayRead() {
        // If it still pauses: a relay may have its limits by now.
        if (readPaused && allowed(shaping.upstream, mayRead)) {
            readPaused = false;
            readOn.run();
        }
    }

    private static boolean allowed(@Nullable Shaper shaper, Runnable otherwiseLater) {
        if (shaper == null || shaper.allowance() > 0) {
            return true;
        }
        shaper.await(otherwiseLater);
        return false;
    }

    /** Whether the channel should not be read for now. */
    public boolean readPaused() {
        return readPaused;
    }

    /** So many bytes are written. */
    public void sent(int bytes) {
        Shaper downstream = shaping.downstream;
        if (downstream == null) {
            return;
        }
        downstream.passed(bytes);
        if (!writePaused && downstream.allowance() <= 0) {
            writable(false);
            downstream.await(mayWrite);
        }
    }

    private void mayWrite() {
        if (writePaused && allowed(shaping.downstream, mayWrite)) {
            writable(true);
        }
    }

    private void writable(boolean on) {
        writePaused = !on;
        ChannelOutboundBuffer unwritten = channel.unsafe().outboundBuffer();
        if (unwritten != null) {
            unwritten.setUserDefinedWritability(WRITABILITY, on);
        }
    }

    /** Whether it is by a limit that the channel is not writable. */
    public boolean writePaused() {
        return writePaused;
    }

    /** Whether what is written has a limit, so that nothing may be written past the channel. */
    public boolean limitsWrites() {
        return shaping.downstream != null;
    }

    /** Leaves the limits, as far as they are used, to a relay. */
    public Shaping handOver() {
        if (writePaused) {
            writable(true);
        }
        readPaused = false;
        return shaping;
    }

    /** The connection is over, or has its limits no more. */
    public void stop() {
        handOver().stop();
    }
}
