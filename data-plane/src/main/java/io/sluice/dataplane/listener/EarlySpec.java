package io.sluice.dataplane.listener;

import io.sluice.dataplane.tls.ServerTls;

import org.jspecify.annotations.Nullable;

/**
 * What a listener wants of its connections before its protocol takes them.
 *
 * @param proxy whose PROXY headers are believed; null where clients connect by themselves
 * @param tls how TLS ends here; null for connections in the clear
 * @param timeoutNanos for all of it together; 0 for none
 * @param access who may connect; null for everyone
 */
public record EarlySpec(
        @Nullable ProxyTrust proxy,
        @Nullable ServerTls tls,
        long timeoutNanos,
        @Nullable AccessSpec access) {
    /** Nothing. */
    public static final EarlySpec NONE = new EarlySpec(null, null, 0, null);

    /** TLS alone. */
    public EarlySpec(@Nullable ServerTls tls, long timeoutNanos) {
        this(null, tls, timeoutNanos, null);
    }

    /** Whether the protocol takes a connection as it is accepted. */
    boolean isNothing() {
        return tls == null && proxy == null;
    }
}
