package io.sluice.dataplane.l4.udp;

/** How many sessions there may be; called on the loop. */
public interface SessionLimit {
    /** Counts one more session, unless that is one too many. */
    boolean tryBegin();

    /** A session begins in the place of one that was displaced. */
    void succeeded();

    /** Counts one session less; once for each that began, and for a place that was not used. */
    void ended();

    /**
     * Asks the other loops for a place; {@link UdpServing#granted} follows from each that had a
     * session to displace.
     */
    void askOthers();

    /** A datagram was dropped because its client could not get a session. */
    void refused();
}
