package io.sluice.dataplane.l7.stream;

import java.util.function.LongSupplier;

/**
 * Decides whether a connection to an upstream is read as soon as something comes, or at intervals
 * that gather several responses each. An upstream that writes every response by itself wakes its
 * peer for each, which costs most where the peer is quick; so while many short responses come, they
 * are gathered, as network drivers gather packets by leaving interrupts for polling. Of its loop's
 * thread.
 *
 * <p>An interval is no longer than an eighth of the time in which responses on this connection
 * usually come, and {@link #INTERVAL_NANOS_MAX}: half of that is what a response takes longer on
 * average. Where it would not gather {@link #RESPONSES_TO_BEGIN}, nothing waits.
 */
final class ReadPace {
    static final long INTERVAL_NANOS_MAX = 500_000;

    /** The kernel's timers are late by about this much. */
    static final long INTERVAL_NANOS_MIN = 50_000;

    /** Expected of an interval before intervals begin. */
    static final int RESPONSES_TO_BEGIN = 4;

    /** Came in an interval before intervals end. */
    static final int RESPONSES_TO_GO_ON = 2;

    /** Expected in an interval at most, so that one read takes all. */
    static final int BYTES_MAX = 64 * 1024;

    /** Reads from one decision to the next. */
    static final int READS_PER_DECISION = 16;

    private static final int PART_OF_RESPONSE_TIME = 8;

    private final LongSupplier clockNanos;

    // Follows the median: each sample moves it by an eighth of itself, whichever way.
    private long responseNanos;
    private int sampledId;
    private long sampledSinceNanos;

    private long decidedNanos;
    private int reads;
    private int responses;
    private long bytes;
    private long intervalNanos;

    /**
     * @param clockNanos precise: intervals are short
     */
    ReadPace(LongSupplier clockNanos) {
        this.clockNanos = clockNanos;
        this.decidedNanos = clockNanos.getAsLong();
    }

    /** A request leaves; of those under way one is timed. */
    void begun(int id) {
        if (sampledId == 0) {
            sampledId = id;
            sampledSinceNanos = clockNanos.getAsLong();
        }
    }

    /** The head of a response came. */
    void responded(int id) {
        responses++;
        if (id == sampledId) {
            sampledId = 0;
            sampled(clockNanos.getAsLong() - sampledSinceNanos);
        }
    }

    private void sampled(long nanos) {
        if (responseNanos == 0) {
            responseNanos = nanos;
        } else {
            long step = 1 + responseNanos / 8;
            responseNanos += nanos > responseNanos ? step : -step;
        }
    }

    /** A stream is over, with or without a response. */
    void ended(int id) {
        if (id == sampledId) {
            sampledId = 0;
        }
    }

    /** Bytes were read. */
    void read(int count) {
        bytes += count;
    }

    /** A read event is over; returns whether {@link #intervalNanos} is another one now. */
    boolean readComplete() {
        if (++reads < READS_PER_DECISION) {
            return false;
        }
        long now = clockNanos.getAsLong();
        long before = intervalNanos;
        giveUpSample(now);
        intervalNanos = decide(Math.max(1, now - decidedNanos));
        decidedNanos = now;
        reads = 0;
        responses = 0;
        bytes = 0;
        return intervalNanos != before;
    }

    // It took longer than usual, whatever it will take: one that lasts must not stay the only one.
    private void giveUpSample(long now) {
        long soFar = now - sampledSinceNanos;
        if (sampledId != 0 && responseNanos > 0 && soFar > 2 * responseNanos) {
            sampledId = 0;
            sampled(soFar);
        }
    }

    private long decide(long elapsedNanos) {
        long wanted = Math.min(INTERVAL_NANOS_MAX, responseNanos / PART_OF_RESPONSE_TIME);
        int responsesMin = intervalNanos > 0 ? RESPONSES_TO_GO_ON : RESPONSES_TO_BEGIN;
        if (wanted < INTERVAL_NANOS_MIN
                || responses * wanted < responsesMin * elapsedNanos
                || bytes * wanted > BYTES_MAX * elapsedNanos) {
            return 0;
        }
        return wanted;
    }

    /** How long reads are to be apart; 0 for reading as soon as something comes. */
    long intervalNanos() {
        return intervalNanos;
    }
}
