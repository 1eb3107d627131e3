package io.sluice.dataplane.net;

import io.netty.channel.EventLoop;

import org.jspecify.annotations.Nullable;

import java.util.function.LongSupplier;

/**
 * One event loop and what it lends to everything that runs on it: scratch space, a coarse clock,
 * timers, random numbers. All methods but {@link #index}, {@link #eventLoop}, {@link #execute} and
 * {@link #preciseNanos} are for its own thread.
 */
public final class Loop {
    /**
     * Bytes of {@link #headScratch}: a request head of the greatest size that can be configured.
     */
    public static final int HEAD_SCRATCH_BYTES = 1024 * 1024 + 4096;

    private final int index;
    private final EventLoop eventLoop;
    private final LongSupplier clockNanos;
    private final TimerWheel wheel;
    private byte[] headScratch = new byte[64 * 1024 + 4096];
    private final SplicePipes splicePipes = new SplicePipes(SplicePipes.OPEN_MAX);
    private @Nullable ReceiveBuffer receiveBuffer;
    private long beganNanos;
    private boolean reading;
    private long randomState;
    private long flowIds;

    /**
     * Wraps an event loop; the node does this in {@link EventLoops#open}, tests with an embedded
     * one.
     *
     * @param clockNanos a monotonic clock, such as {@code System::nanoTime}
     */
    public Loop(int index, EventLoop eventLoop, LongSupplier clockNanos) {
        this.index = index;
        this.eventLoop = eventLoop;
        this.clockNanos = clockNanos;
        this.wheel = new TimerWheel(eventLoop, clockNanos);
        this.randomState = clockNanos.getAsLong() ^ (0x9E3779B97F4A7C15L * (index + 1));
    }

    /** From 0, without gaps; the place in every {@link PerLoop}. */
    public int index() {
        return index;
    }

    /** Netty's side of it, to register channels. */
    public EventLoop eventLoop() {
        return eventLoop;
    }

    /** Whether the calling thread is this loop's. */
    public boolean inEventLoop() {
        return eventLoop.inEventLoop();
    }

    /** Runs a task on this loop, soon; at once is not promised even on its own thread. */
    public void execute(Runnable task) {
        eventLoop.execute(task);
    }

    /**
     * Bytes for one parse, valid until control returns to the loop; whoever waits copies. Grows to
     * {@link #HEAD_SCRATCH_BYTES} at most.
     */
    public byte[] headScratch(int bytesMin) {
        if (headScratch.length < bytesMin) {
            assert bytesMin <= HEAD_SCRATCH_BYTES;
            headScratch =
                    new byte
                            [Math.min(
                                    HEAD_SCRATCH_BYTES,
                                    Math.max(bytesMin, 2 * headScratch.length))];
        }
        return headScratch;
    }

    /** The scratch as large as it is now, at least 64 KiB. */
    public byte[] headScratch() {
        return headScratch;
    }

    /** A number for a connection or session that no other has on this node while it runs. */
    public long newFlowId() {
        return ++flowIds << Byte.SIZE | index;
    }

    ReceiveBuffer receiveBuffer() {
        ReceiveBuffer buffer = receiveBuffer;
        if (buffer == null) {
            buffer = new ReceiveBuffer();
            receiveBuffer = buffer;
        }
        return buffer;
    }

    SplicePipes splicePipes() {
        return splicePipes;
    }

    void closePipes() {
        splicePipes.close();
    }

    /**
     * A monotonic clock that may lag by {@link Timer#TICK_NANOS}; costs a field read while timers
     * are armed.
     */
    public long nowNanos() {
        return wheel.nowNanos();
    }

    /** The same clock, read now; any thread. */
    public long preciseNanos() {
        return clockNanos.getAsLong();
    }

    /**
     * When what is handled now was read: between {@link #beginRead} and {@link #endRead} all that
     * one read brought came at one time, however many messages that is; else now. For latencies.
     */
    public long readNanos() {
        return reading ? beganNanos : preciseNanos();
    }

    /** What follows was read just now. */
    public void beginRead() {
        beganNanos = preciseNanos();
        reading = true;
    }

    /** What was read has been handled. */
    public void endRead() {
        reading = false;
    }

    /** A timer that is not armed yet; make it once per connection and keep it. */
    public Timer newTimer(Runnable onExpiry) {
        return new Timer(wheel, onExpiry);
    }

    /** 64 random bits (SplitMix64), for picks and splits; not for secrets. */
    public long random64() {
        randomState += 0x9E3779B97F4A7C15L;
        return mix64(randomState);
    }

    /** Spreads the bits of a value over all 64 (the finaliser of SplitMix64). */
    public static long mix64(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
