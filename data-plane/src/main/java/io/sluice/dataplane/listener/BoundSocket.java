package io.sluice.dataplane.listener;

import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.SocketSpec;
import io.sluice.proto.HostPort;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;

/**
 * A bound address. Bound first; what comes is taken once every loop knows which listener it is for.
 */
sealed interface BoundSocket permits ListeningSocket, UdpSocket {
    /**
     * Binds an address; any thread.
     *
     * @param socketAddress where: the key's, or where one that this takes the place of is bound
     * @param spec of its connections
     * @param probe whether to see first if another process has it: SO_REUSEPORT would share it in
     *     silence
     * @return completes exceptionally with an IOException that says why it does not bind
     */
    static CompletableFuture<? extends BoundSocket> bind(
            SocketKey key,
            InetSocketAddress socketAddress,
            SocketSpec spec,
            EventLoops loops,
            Shortage shortage,
            boolean probe) {
        return switch (key.kind()) {
            case STREAM -> ListeningSocket.bind(key, socketAddress, spec, loops, shortage, probe);
            case DATAGRAM -> UdpSocket.bind(key, spec, loops, probe);
        };
    }

    SocketKey key();

    /** Where it is bound, with the port that the system chose for 0. */
    HostPort boundAddress();

    /** Whether connections of a listener with these options may come through it. */
    boolean suits(SocketSpec spec);

    /**
     * From now on what comes on this loop is the listener's, whose options the socket takes where
     * it is its clients' own; on the loop.
     */
    void serve(Loop loop, Listener.OnLoop listener);

    /**
     * Takes nobody new any more, once nothing waits, and closes; any thread.
     *
     * @return completes when nobody new is taken; a socket that those there already still need
     *     closes with the last of them
     */
    CompletableFuture<Void> closeWhenEmpty();

    /** Closes it now; any thread. */
    void close();

    /** Whether it is closed, or about to be for good. */
    boolean closed();

    /**
     * Undoes {@link #closeWhenEmpty}.
     *
     * @return whether it was not too late for that
     */
    boolean keepOpen();
}
