package io.sluice.dataplane.net;

/** How many file descriptors the process may have, and has. Any thread. */
public interface DescriptorUse {
    /** Allowed now; it may be changed from outside. */
    long max();

    /** Open now; costs a look at each, and a descriptor. */
    long open();
}
