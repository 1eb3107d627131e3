package io.sluice.dataplane.l7.stream;

/**
 * How many retries the requests of a rule have earned on one loop: a share of them, so that retries
 * never become most of the load when everything fails.
 */
final class RetryBudget {
    /** Retries free to begin with, and the most that quiet times save up. */
    private static final int SAVED_MAX = 10;

    private static final int RETRY = 100;

    private int saved = SAVED_MAX * RETRY;

    /** A request came. */
    void request(int percent) {
        saved = Math.min(saved + percent, SAVED_MAX * RETRY);
    }

    /** Whether one more retry is earned; takes it. */
    boolean take() {
        if (saved < RETRY) {
            return false;
        }
        saved -= RETRY;
        return true;
    }
}
