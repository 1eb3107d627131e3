package io.sluice.dataplane.net;

import org.jspecify.annotations.Nullable;

import java.net.BindException;

/**
 * Why a connection failed on this node, before the endpoint heard of it.
 *
 * <p>Netty keeps the system's number to itself where a connect fails, so the text decides.
 */
public enum LocalFault {
    /** None of those: the endpoint, or the way there. */
    NONE,
    /** No local port is left towards the endpoint, from that address. */
    PORTS_EXHAUSTED,
    /** The address that it is to come from is none of this node's. */
    ADDRESS_MISSING;

    /**
     * What it was.
     *
     * @param bound whether the connection was to come from a certain address
     */
    public static LocalFault of(@Nullable Throwable cause, boolean bound) {
        String message = cause == null ? null : cause.getMessage();
        if (cause == null || message == null) {
            return NONE;
        }
        if (message.contains("annot assign requested address")) {
            // Netty's transports say which call it was; NIO binds with a port, so that a connect
            // cannot fail for want of one. Netty wraps what NIO throws.
            boolean ofBind =
                    message.startsWith("bind") || cause.getCause() instanceof BindException;
            return bound && ofBind ? ADDRESS_MISSING : PORTS_EXHAUSTED;
        }
        return bound && message.contains("ddress already in use") ? PORTS_EXHAUSTED : NONE;
    }

    /** What it was with a UDP socket, which takes a port, of its own alone, before it connects. */
    public static LocalFault ofDatagrams(Throwable cause) {
        String message = cause.getMessage();
        // EAGAIN of connect: there is none for it.
        boolean none = message != null && message.contains("emporarily unavailable");
        return none ? PORTS_EXHAUSTED : of(cause, true);
    }
}
