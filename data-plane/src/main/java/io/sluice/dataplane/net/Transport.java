package io.sluice.dataplane.net;

/** How the loops talk to the kernel; one for the whole process. */
public enum Transport {
    /** Epoll where its native library loads, otherwise NIO. */
    AUTO,
    /** Linux epoll through Netty's native library. */
    EPOLL,
    /** The JDK's selectors, everywhere. */
    NIO
}
