package io.sluice.dataplane.l7.route;

import io.sluice.dataplane.net.Failure;

/**
 * Decides whether a stream may be sent again. Immutable.
 *
 * <p>A failed connect goes to another endpoint: nothing was sent. That a reused connection turns
 * out dead before the first response byte is no attempt at all (RFC 9112 section 9.3.1); the stream
 * sees to it.
 *
 * @param attemptsMax attempts in all, at least 1
 * @param onConnect whether a failed connect is tried again
 */
public record RetryPolicy(int attemptsMax, boolean onConnect) {
    /** Never again. */
    public static final RetryPolicy NONE = new RetryPolicy(1, false);

    /**
     * Whether to try again after {@code failure}.
     *
     * @param attempts attempts already made, at least 1
     */
    public boolean again(Failure failure, int attempts) {
        return onConnect && attempts < attemptsMax && failure.resend() == Failure.Resend.ALWAYS;
    }
}
