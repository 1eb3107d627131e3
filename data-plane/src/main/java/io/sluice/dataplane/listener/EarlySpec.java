package io.sluice.dataplane.listener;

import io.sluice.dataplane.l4.tcp.TcpSpec;
import io.sluice.dataplane.tls.ServerTls;

import org.jspecify.annotations.Nullable;

/**
 * What a listener wants of its connections before its protocol takes them.
 *
 * @param proxy whose PROXY headers are believed; null where clients connect by themselves
 * @param tls how TLS ends here; null for connections in the clear
 * @param timeoutNanos for all of it together; 0 for none
 * @param access who may connect; null for everyone
 * @param passthrough what is relayed as it comes and does not end TLS here; null for nothing
 * @param hello whether the protocol wants to know what the TLS client said first
 */
public record EarlySpec(
        @Nullable ProxyTrust proxy,
        @Nullable ServerTls tls,
        long timeoutNanos,
        @Nullable AccessSpec access,
        @Nullable TcpSpec passthrough,
        boolean hello) {
    /** Nothing. */
    public static final EarlySpec NONE = new EarlySpec(null, null, 0, null, null, false);

    /** TLS alone. */
    public EarlySpec(@Nullable ServerTls tls, long timeoutNanos) {
        this(null, tls, timeoutNanos, null, null, false);
    }

    /** Whether the first bytes are looked at. */
    boolean looksAtHello() {
        return tls != null || passthrough != null || hello;
    }

    /** Whether the protocol takes a connection as it is accepted. */
    boolean isNothing() {
        return proxy == null && !looksAtHello();
    }
}
