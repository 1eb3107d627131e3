package io.sluice.dataplane.telemetry;

/**
 * What one event loop counts for one listener; the fields are those of {@code ListenerStats} in
 * report.proto. Plain fields that only the loop writes.
 */
public final class ListenerMeter {
    public long connectionsAccepted;

    /** Closed at accept because of a limit. */
    public long connectionsRefused;

    /** Open now: the one field that goes down. */
    public long connectionsOpen;

    /** From clients. */
    public long bytesIn;

    /** To clients. */
    public long bytesOut;

    public long requests;

    /** Requests refused before a route was known. */
    public long requestsRefused;

    /** UDP datagrams from clients. */
    public long datagramsIn;

    /** UDP datagrams to clients. */
    public long datagramsOut;

    /** UDP datagrams that found no session, no room, or no way out. */
    public long datagramsDropped;

    /** UDP sessions that gave way to new ones at a bound. */
    public long sessionsDisplaced;

    /** TLS agreed on. */
    public long handshakes;

    /** Of these, by resuming an earlier session. */
    public long handshakesResumed;

    /** Connections that ended before their protocol took them: TLS. */
    public long handshakeFailures;

    /** Refused by who the client is: not on the lists, or over its limits. */
    public long connectionsDenied;

    /** Of these, left without an answer for a while. */
    public long connectionsTarpitted;

    /** Of the failures, those that took too long. */
    public long handshakeTimeouts;

    /** Of the handshakes, those that agreed on TLS 1.3; the others on TLS 1.2. */
    public long handshakesTls13;

    /**
     * Clients that asked for a server name (SNI) that no certificate has, and were shown the first.
     */
    public long serverNameMisses;

    /** WebSockets opened. */
    public long webSockets;

    /** Of bytesIn, those within WebSockets once they are open. */
    public long webSocketBytesIn;

    /** Of bytesOut, those within WebSockets once they are open. */
    public long webSocketBytesOut;

    /** WebSockets open now: goes down, too. */
    public long webSocketsOpen;

    boolean isIdle() {
        return connectionsOpen == 0
                && webSocketsOpen == 0
                && (connectionsAccepted
                                | connectionsRefused
                                | bytesIn
                                | bytesOut
                                | requests
                                | requestsRefused
                                | datagramsIn
                                | datagramsOut
                                | datagramsDropped
                                | sessionsDisplaced
                                | handshakes
                                | handshakeFailures
                                | connectionsDenied
                                | connectionsTarpitted
                                | webSockets
                                | webSocketBytesIn
                                | webSocketBytesOut)
                        == 0;
    }

    /** Adds what {@code from} counted and starts it from 0 again; what is open there stays open. */
    void take(ListenerMeter from) {
        add(from);
        from.connectionsAccepted = 0;
        from.connectionsRefused = 0;
        from.bytesIn = 0;
        from.bytesOut = 0;
        from.requests = 0;
        from.requestsRefused = 0;
        from.datagramsIn = 0;
        from.datagramsOut = 0;
        from.datagramsDropped = 0;
        from.sessionsDisplaced = 0;
        from.handshakes = 0;
        from.handshakesResumed = 0;
        from.handshakeFailures = 0;
        from.connectionsDenied = 0;
        from.connectionsTarpitted = 0;
        from.handshakeTimeouts = 0;
        from.handshakesTls13 = 0;
        from.serverNameMisses = 0;
        from.webSockets = 0;
        from.webSocketBytesIn = 0;
        from.webSocketBytesOut = 0;
    }

    void add(ListenerMeter other) {
        connectionsAccepted += other.connectionsAccepted;
        connectionsRefused += other.connectionsRefused;
        connectionsOpen += other.connectionsOpen;
        bytesIn += other.bytesIn;
        bytesOut += other.bytesOut;
        requests += other.requests;
        requestsRefused += other.requestsRefused;
        datagramsIn += other.datagramsIn;
        datagramsOut += other.datagramsOut;
        datagramsDropped += other.datagramsDropped;
        sessionsDisplaced += other.sessionsDisplaced;
        handshakes += other.handshakes;
        handshakesResumed += other.handshakesResumed;
        handshakeFailures += other.handshakeFailures;
        connectionsDenied += other.connectionsDenied;
        connectionsTarpitted += other.connectionsTarpitted;
        handshakeTimeouts += other.handshakeTimeouts;
        handshakesTls13 += other.handshakesTls13;
        serverNameMisses += other.serverNameMisses;
        webSockets += other.webSockets;
        webSocketBytesIn += other.webSocketBytesIn;
        webSocketBytesOut += other.webSocketBytesOut;
        webSocketsOpen += other.webSocketsOpen;
    }
}
