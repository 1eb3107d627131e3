package io.sluice.dataplane.l7.codec;

import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;

/** What may stand behind a body (RFC 9110 section 6.5.1). */
public final class Trailers {
    /** Fields of one trailer section. */
    public static final int FIELDS_MAX = 100;

    private static final HeaderName[] FORBIDDEN = {
        HeaderName.CONTENT_LENGTH,
        HeaderName.TRANSFER_ENCODING,
        HeaderName.HOST,
        HeaderName.CONNECTION,
        HeaderName.KEEP_ALIVE,
        HeaderName.PROXY_CONNECTION,
        HeaderName.UPGRADE,
        HeaderName.TE,
        HeaderName.HTTP2_SETTINGS,
        HeaderName.TRAILER,
        HeaderName.EXPECT,
        HeaderName.AUTHORIZATION,
        HeaderName.FORWARDED,
        HeaderName.X_FORWARDED_FOR,
        HeaderName.X_FORWARDED_PROTO,
        HeaderName.X_FORWARDED_HOST,
        HeaderName.X_REQUEST_ID
    };

    private Trailers() {}

    /** Whether none of them frames, routes or vouches for a message. */
    public static boolean allowed(Fields trailers) {
        for (HeaderName name : FORBIDDEN) {
            if (trailers.contains(name)) {
                return false;
            }
        }
        return true;
    }
}
