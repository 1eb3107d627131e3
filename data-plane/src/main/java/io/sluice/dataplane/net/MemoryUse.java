package io.sluice.dataplane.net;

/** How full the process's memory is. Any thread. */
@FunctionalInterface
public interface MemoryUse {
    /** Of what it may have, the fullest kind of memory. */
    int percent();
}
