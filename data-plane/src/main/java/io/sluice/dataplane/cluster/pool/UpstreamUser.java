package io.sluice.dataplane.cluster.pool;

import io.netty.buffer.ByteBuf;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.ProxyHeaderWriter;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;

/**
 * Who uses an upstream connection. Called on the loop of the pool; nothing is called after {@link
 * UpstreamConnection#release}, {@link UpstreamConnection#discard} or {@link
 * UpstreamConnection#detach}, nor after {@link #closed}.
 */
public interface UpstreamUser {
    /**
     * The connection is this user's until it gives it back. A user that no longer needs it releases
     * it here. May be called within {@link ConnectionPool#acquire}.
     */
    void connected(UpstreamConnection connection);

    /**
     * There is no connection and nothing was sent; never called within {@link
     * ConnectionPool#acquire}.
     */
    void connectFailed(Failure failure, Throwable cause);

    /** Whether only HTTP/1.1 is of use, where the endpoint may choose. */
    default boolean onlyHttp1() {
        return false;
    }

    /** Who the connection is for alone; null where others may share it. */
    default ProxyHeaderWriter.@Nullable Party party() {
        return null;
    }

    /** The port to connect to, where the endpoint's usual one may be another. */
    default int port(int usual) {
        return usual;
    }

    /** The address of the one client that the connection is for; null where others may share it. */
    default @Nullable InetAddress clientAddress() {
        return null;
    }

    /** Bytes came; the user releases the buffer. */
    void read(ByteBuf bytes);

    /** No more bytes for now: the moment to flush what was passed on. */
    void readComplete();

    /** The connection's {@code channel().isWritable()} changed. */
    void writabilityChanged();

    /** The upstream will send no more; it may still read. */
    void inputClosed();

    /**
     * The connection is gone.
     *
     * @param cause null where the upstream closed it in order
     */
    void closed(@Nullable Throwable cause);
}
