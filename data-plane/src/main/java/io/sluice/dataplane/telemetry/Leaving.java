package io.sluice.dataplane.telemetry;

/** What a change left behind: which live flows it does not cover any more. Of a loop's thread. */
@FunctionalInterface
public interface Leaving {
    /** Of a flow that stays for as long as it likes. */
    long NEVER = Long.MAX_VALUE;

    /** Nothing is left behind. */
    Leaving NOBODY = flow -> NEVER;

    /** When the flow will be cut, by the loop's clock; {@link #NEVER} if it may stay. */
    long cutNanos(LiveFlow flow);
}
