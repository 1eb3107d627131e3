package io.sluice.dataplane.net;

import io.netty.channel.IoHandlerContext;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * The sockets of one loop that are read at intervals and not when the kernel says that something
 * came: all of them together, as often as the least of their intervals says, so that what they
 * bring for one client leaves in one write. Bounds how long the loop waits. Of its loop's thread.
 */
final class PacedSockets implements IoHandlerContext {
    /** The first kernel in which waiting for less than a millisecond is not waiting busily. */
    private static final int[] KERNEL_MIN = {5, 11};

    /** Whether this kernel waits as exactly as is needed. */
    static final boolean SUPPORTED = supportedBy(kernel());

    private final LongSupplier clockNanos;
    private final List<EpollSocket> sockets = new ArrayList<>();
    private long intervalNanos;
    private long dueNanos;
    private @Nullable IoHandlerContext loop;

    PacedSockets(LongSupplier clockNanos) {
        this.clockNanos = clockNanos;
    }

    // Where it cannot be read, nothing is known to be supported.
    private static String kernel() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/osrelease"));
        } catch (IOException e) {
            return "";
        }
    }

    /** The same of a kernel of this version, as uname(2) has it. */
    static boolean supportedBy(String kernel) {
        String[] parts = kernel.split("[^0-9]+", 3);
        try {
            int major = Integer.parseInt(parts[0]);
            return major > KERNEL_MIN[0]
                    || (major == KERNEL_MIN[0] && Integer.parseInt(parts[1]) >= KERNEL_MIN[1]);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            // Not a version that is known: reads are as the kernel says then.
            return false;
        }
    }

    boolean isEmpty() {
        return sockets.isEmpty();
    }

    void add(EpollSocket socket) {
        if (sockets.isEmpty()) {
            dueNanos = clockNanos.getAsLong() + socket.intervalNanos();
        }
        sockets.add(socket);
        intervalChanged();
    }

    void remove(EpollSocket socket) {
        sockets.remove(socket);
        intervalChanged();
    }

    /** A socket's interval is another one now; that counts when the one under way is over. */
    void intervalChanged() {
        intervalNanos = Long.MAX_VALUE;
        for (int i = 0; i < sockets.size(); i++) {
            intervalNanos = Math.min(intervalNanos, sockets.get(i).intervalNanos());
        }
    }

    /** The loop's context, except that the loop waits no longer than the sockets may. */
    IoHandlerContext bound(IoHandlerContext context) {
        loop = context;
        return this;
    }

    /** Reads the sockets if their interval is over; returns how many. */
    int readDue() {
        if (sockets.isEmpty() || clockNanos.getAsLong() - dueNanos < 0) {
            return 0;
        }
        int read = 0;
        int i = 0;
        while (i < sockets.size()) {
            EpollSocket socket = sockets.get(i);
            socket.readNow();
            read++;
            // What it read may have ended this one or others: then the next one is here now.
            if (i < sockets.size() && sockets.get(i) == socket) {
                i++;
            }
        }
        dueNanos = clockNanos.getAsLong() + intervalNanos;
        return read;
    }

    @Override
    public boolean canBlock() {
        return loop().canBlock();
    }

    @Override
    public long delayNanos(long nowNanos) {
        long delay = loop().delayNanos(nowNanos);
        return sockets.isEmpty() ? delay : Math.clamp(dueNanos - nowNanos, 0, delay);
    }

    /** Only ever compared with the one before it: what counts is that it is there and moves on. */
    @Override
    public long deadlineNanos() {
        return sockets.isEmpty() ? loop().deadlineNanos() : dueNanos;
    }

    @Override
    public void reportActiveIoTime(long nanos) {
        loop().reportActiveIoTime(nanos);
    }

    @Override
    public boolean shouldReportActiveIoTime() {
        return loop().shouldReportActiveIoTime();
    }

    private IoHandlerContext loop() {
        return Objects.requireNonNull(loop);
    }
}
