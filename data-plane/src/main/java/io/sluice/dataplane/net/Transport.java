package io.sluice.dataplane.net;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;

import org.jspecify.annotations.Nullable;

/** How the loops talk to the kernel; one for the whole process. */
public enum Transport {
    /** The best that works here: epoll, otherwise NIO. */
    AUTO,
    /** Linux epoll through Netty's native library. */
    EPOLL,
    /** Linux io_uring through Netty's native library. */
    IO_URING,
    /** The JDK's selectors, everywhere. */
    NIO;

    /** The name that options use. */
    public String text() {
        return switch (this) {
            case AUTO -> "auto";
            case EPOLL -> "epoll";
            case IO_URING -> "io_uring";
            case NIO -> "nio";
        };
    }

    /** Why it does not work on this system; null if it does. */
    @Nullable Throwable unavailability() {
        return switch (this) {
            case EPOLL -> Epoll.unavailabilityCause();
            case IO_URING -> IoUring.unavailabilityCause();
            case AUTO, NIO -> null;
        };
    }
}
