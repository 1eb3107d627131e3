package io.sluice.dataplane.cluster;

/**
 * What becomes of those whom a change does not cover any more. Immutable.
 *
 * @param timeoutNanos how long they may stay where they drain
 */
public record LeaveSpec(Kind kind, long timeoutNanos) {
    /** Whether they may stay. */
    public enum Kind {
        /** Until they end by themselves. */
        KEEP,
        /** Until a deadline. */
        DRAIN,
        /** Not at all. */
        CUT
    }

    /** How long they may stay where nothing is configured. */
    public static final long TIMEOUT_NANOS = 300_000_000_000L;

    /** Nothing is configured. */
    public static final LeaveSpec DEFAULT = new LeaveSpec(Kind.KEEP, TIMEOUT_NANOS);

    /** The same time for those whom an operator drains, whatever a change does. */
    public LeaveSpec draining() {
        return new LeaveSpec(Kind.DRAIN, timeoutNanos);
    }

    /** Whether they may stay for as long as they like. */
    public boolean keeps() {
        return kind == Kind.KEEP;
    }

    /** How long they may stay, unless it {@link #keeps}. */
    public long delayNanos() {
        return kind == Kind.CUT ? 0 : timeoutNanos;
    }
}
