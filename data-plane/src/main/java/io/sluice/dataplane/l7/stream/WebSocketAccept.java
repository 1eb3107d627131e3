package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** What HTTP/1.1 wants to see of an upstream that took a WebSocket (RFC 6455 section 4.2.2). */
final class WebSocketAccept {
    private static final byte[] NO_KEY = new byte[0];
    private static final byte[] SUFFIX = Ascii.bytes("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");

    private WebSocketAccept() {}

    /** The answer to the key of a request; empty if it has none. */
    static byte[] of(Fields request) {
        int key = request.find(HeaderName.SEC_WEBSOCKET_KEY);
        if (key < 0) {
            return NO_KEY;
        }
        MessageDigest sha1 = sha1();
        sha1.update(
                request.bytes(),
                request.valueStart(key),
                request.valueEnd(key) - request.valueStart(key));
        sha1.update(SUFFIX);
        return Base64.getEncoder().encode(sha1.digest());
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-1", e);
        }
    }
}
