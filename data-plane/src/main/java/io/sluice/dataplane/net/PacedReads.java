package io.sluice.dataplane.net;

import io.netty.channel.socket.SocketChannel;

/**
 * Reads of a connection at intervals, for one that brings much in small pieces: each read then
 * finds several, costs one system call for all of them, and what they lead to is written together.
 * All such connections of a loop are read at the same time.
 */
public final class PacedReads {
    private PacedReads() {}

    /**
     * Reads a connection at intervals from now on, where its transport and the kernel know how to:
     * epoll on Linux 5.11 and later. Elsewhere it is read as soon as something comes, as before.
     *
     * @param intervalNanos after how long at the latest, but for what the kernel's timers take
     *     beyond it; 0 to read as soon as something comes
     */
    public static void every(SocketChannel channel, long intervalNanos) {
        if (channel instanceof TcpChannel tcp && tcp.isRegistered()) {
            tcp.readEvery(intervalNanos);
        }
    }
}
