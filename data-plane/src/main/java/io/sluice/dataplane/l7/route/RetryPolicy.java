package io.sluice.dataplane.l7.route;

import io.sluice.dataplane.net.Failure;

import java.util.BitSet;

/**
 * Decides whether and when a stream may be sent again. Immutable.
 *
 * <p>A failed connect goes to another endpoint: nothing was sent. Whatever may have had an effect
 * is sent again only where the configuration says so, and then by idempotent methods only (RFC 9110
 * section 9.2.2) unless it says more. That a reused connection turns out dead before the first
 * response byte is no attempt at all (RFC 9112 section 9.3.1); the stream sees to it.
 *
 * @param attemptsMax attempts in all, at least 1
 * @param onConnect whether a failed connect is tried again
 * @param onReset whether a connection that ended before the response is
 * @param onTimeout whether an attempt without response in time is
 * @param statuses of responses that are tried again; not to be changed
 * @param grpcStatuses the same, of grpc-status; not to be changed
 * @param anyMethod whether methods count that are not idempotent
 * @param budgetPercent retries for each 100 requests
 * @param backoffNanos at most before the first retry
 */
public record RetryPolicy(
        int attemptsMax,
        boolean onConnect,
        boolean onReset,
        boolean onTimeout,
        BitSet statuses,
        BitSet grpcStatuses,
        boolean anyMethod,
        int budgetPercent,
        long backoffNanos) {
    /** Never again. */
    public static final RetryPolicy NONE = new RetryPolicy(1, false);

    private static final int BACKOFFS_MAX = 10;

    /** One that tries failed connects again, or nothing. */
    public RetryPolicy(int attemptsMax, boolean onConnect) {
        this(attemptsMax, onConnect, false, false, new BitSet(), new BitSet(), false, 0, 0);
    }

    /** Whether requests may be tried again that were sent already, so that they should be kept. */
    public boolean sendsAgain() {
        return attemptsMax > 1
                && (onReset || onTimeout || !statuses.isEmpty() || !grpcStatuses.isEmpty());
    }

    /**
     * Whether to try again after {@code failure}.
     *
     * @param attempts attempts already made, at least 1
     * @param idempotent whether the method is
     */
    public boolean again(Failure failure, int attempts, boolean idempotent) {
        if (attempts >= attemptsMax) {
            return false;
        }
        if (failure.resend() == Failure.Resend.ALWAYS) {
            return onConnect;
        }
        return (idempotent || anyMethod)
                && ((onReset && reset(failure))
                        || (onTimeout && failure == Failure.UPSTREAM_TIMEOUT));
    }

    private static boolean reset(Failure failure) {
        return failure == Failure.UPSTREAM_RESET
                || failure == Failure.UPSTREAM_CANCELLED
                || failure == Failure.UPSTREAM_OVERLOADED;
    }

    /**
     * Whether to try again after a response.
     *
     * @param grpcStatus of a response without body, or -1
     */
    public boolean again(int status, int grpcStatus, int attempts, boolean idempotent) {
        return attempts < attemptsMax
                && (idempotent || anyMethod)
                && (statuses.get(status) || (grpcStatus >= 0 && grpcStatuses.get(grpcStatus)));
    }

    /**
     * How long to wait before the next attempt.
     *
     * @param attempts attempts already made, at least 1
     * @param random64 64 random bits
     */
    public long delayNanos(int attempts, long random64) {
        long max = backoffNanos * Math.min(1L << (attempts - 1), BACKOFFS_MAX);
        return max == 0 ? 0 : (random64 >>> 1) % max;
    }
}
