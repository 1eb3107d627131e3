package io.sluice.dataplane.l4.udp;

/** How many sessions there may be; called on the loop. */
public interface SessionLimit {
    /** Counts one more session, unless that is one too many. */
    boolean tryBegin();

    /** Counts one session less; once for each that began. */
    void ended();

    /** A datagram was dropped because its client could not get a session. */
    void refused();
}
