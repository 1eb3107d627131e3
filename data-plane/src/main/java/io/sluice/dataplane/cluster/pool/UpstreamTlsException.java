package io.sluice.dataplane.cluster.pool;

import io.netty.handler.ssl.SslHandshakeTimeoutException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** No TLS was agreed on with an endpoint; the message is the innermost that says why. */
final class UpstreamTlsException extends IOException {
    private static final long serialVersionUID = 1;

    UpstreamTlsException(@Nullable Throwable cause) {
        super(reason(cause), cause);
    }

    boolean isTimeout() {
        return getCause() instanceof SslHandshakeTimeoutException;
    }

    private static String reason(@Nullable Throwable cause) {
        String reason = "closed during the handshake";
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each.getMessage() != null) {
                reason = each.getMessage();
            }
        }
        return reason;
    }
}
