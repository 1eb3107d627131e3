package io.sluice.dataplane.net;

/** How full the process's memory is. Any thread. */
@FunctionalInterface
public interface MemoryUse {
    /** Of what it may have, the fullest kind of memory. */
    int percent();

    /**
     * Somebody waits for it to become less: where {@link #percent} is of a moment that may be long
     * past, finds out anew, soon. May be asked often.
     */
    default void lookAgain() {}
}
