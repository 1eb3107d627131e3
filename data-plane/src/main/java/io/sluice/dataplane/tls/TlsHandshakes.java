package io.sluice.dataplane.tls;

import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.SSL;

import javax.net.ssl.SSLEngine;

/** What a handshake that is over was like. */
public final class TlsHandshakes {
    private TlsHandshakes() {}

    /**
     * Whether an earlier session was resumed; never, where the JDK's TLS is used, which does not
     * tell.
     */
    public static boolean isResumed(SSLEngine engine) {
        if (engine instanceof ReferenceCountedOpenSslEngine boringSsl) {
            @SuppressWarnings("deprecation") // Netty has it, but not for others.
            long pointer = boringSsl.sslPointer();
            return pointer != 0 && SSL.isSessionReused(pointer);
        }
        return false;
    }
}
