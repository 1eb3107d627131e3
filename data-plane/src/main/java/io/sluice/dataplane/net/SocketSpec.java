package io.sluice.dataplane.net;

import org.jspecify.annotations.Nullable;

/**
 * The kernel's options of a listener's or cluster's sockets, compiled; UDP has the buffers and the
 * mark of them.
 *
 * @param keepAlive null for what is usual on that side
 * @param userTimeoutMillis 0 for the kernel's
 * @param fastOpenQueue clients of TCP Fast Open that a listener takes at once; 0 for none
 * @param fastOpen whether a cluster's connections begin with data
 * @param sendBufferBytes 0 for what the kernel makes of it
 * @param receiveBufferBytes the same
 * @param congestionControl empty for the kernel's default
 * @param dscp 0 for no mark
 */
public record SocketSpec(
        boolean noDelay,
        @Nullable KeepAlive keepAlive,
        int userTimeoutMillis,
        int fastOpenQueue,
        boolean fastOpen,
        int sendBufferBytes,
        int receiveBufferBytes,
        String congestionControl,
        int dscp) {
    /**
     * Probes on a quiet connection; times of 0 are the kernel's.
     *
     * @param idleSeconds before the first one
     * @param intervalSeconds between two
     * @param count without an answer that end it
     */
    public record KeepAlive(boolean on, int idleSeconds, int intervalSeconds, int count) {}

    /** As the kernel has it, but for no delay. */
    public static final SocketSpec USUAL = new SocketSpec(true, null, 0, 0, false, 0, 0, "", 0);

    /** The same with the kernel's default of that. */
    SocketSpec withoutCongestionControl() {
        return new SocketSpec(
                noDelay,
                keepAlive,
                userTimeoutMillis,
                fastOpenQueue,
                fastOpen,
                sendBufferBytes,
                receiveBufferBytes,
                "",
                dscp);
    }
}
