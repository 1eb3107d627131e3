package io.sluice.dataplane.l7.stream;

/** One client connection of a listener, as its {@link HttpServing} sees it. */
interface ClientConnection {
    /** Takes no request that is not under way or on its way, then closes. */
    void drain();

    /** Closes now, whatever is under way. */
    void cut();
}
