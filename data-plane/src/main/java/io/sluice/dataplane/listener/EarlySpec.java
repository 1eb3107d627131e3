package io.sluice.dataplane.listener;

import io.sluice.dataplane.tls.ServerTls;

import org.jspecify.annotations.Nullable;

/**
 * What a listener wants of its connections before its protocol takes them.
 *
 * @param tls how TLS ends here; null for connections in the clear
 * @param timeoutNanos for all of it together; 0 for none
 */
public record EarlySpec(@Nullable ServerTls tls, long timeoutNanos) {
    /** Nothing. */
    public static final EarlySpec NONE = new EarlySpec(null, 0);

    /** Whether the protocol takes a connection as it is accepted. */
    boolean isNothing() {
        return tls == null;
    }
}
