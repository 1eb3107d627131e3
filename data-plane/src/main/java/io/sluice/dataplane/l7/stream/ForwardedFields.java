package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.net.Loop;
import io.sluice.proto.IpText;

/** What a proxy tells the upstream about the client (X-Forwarded-*, Via, X-Request-Id). */
final class ForwardedFields {
    private static final byte[] X_FORWARDED = Ascii.bytes("x-forwarded-");
    private static final int REQUEST_ID_CHARS = 32;
    private static final int REQUEST_ID_CHARS_MAX = 128;
    private static final byte[] HEX = Ascii.bytes("0123456789abcdef");

    private ForwardedFields() {}

    /**
     * Edits the request as the options say; before routes match, so that they see what is believed.
     */
    static void apply(
            RequestHead head, HttpSpec spec, ClientAddress client, boolean trusted, Loop loop) {
        Fields fields = head.fields();
        if (!trusted) {
            removeClaims(fields);
        }
        HttpSpec.Additions additions = spec.additions();
        if (additions.forwarded()) {
            forwarded(head, fields, client);
        }
        if (additions.via()) {
            fields.appendTo(HeaderName.VIA, client.via(head.minorVersion()));
        }
        if (additions.requestId()) {
            requestId(fields, trusted, loop);
        }
    }

    // X-Forwarded-Port, -Server and whatever else someone may believe
    private static void removeClaims(Fields fields) {
        byte[] bytes = fields.bytes();
        int size = fields.size();
        for (int i = 0; i < size; i++) {
            if (!fields.present(i)) {
                continue;
            }
            int start = fields.nameStart(i);
            int length = fields.nameEnd(i) - start;
            if (length > X_FORWARDED.length
                    && (bytes[start] | 0x20) == 'x'
                    && Ascii.equalIgnoringCase(
                            bytes, start, start + X_FORWARDED.length, X_FORWARDED)) {
                fields.removeAt(i);
            }
        }
        fields.remove(HeaderName.FORWARDED);
    }

    private static void forwarded(RequestHead head, Fields fields, ClientAddress client) {
        fields.appendTo(HeaderName.X_FORWARDED_FOR, client.text());
        if (!fields.contains(HeaderName.X_FORWARDED_PROTO)) {
            fields.add(HeaderName.X_FORWARDED_PROTO, client.scheme());
        }
        if (!fields.contains(HeaderName.X_FORWARDED_HOST)
                && head.authorityEnd() > head.authorityStart()) {
            fields.addCopy(HeaderName.X_FORWARDED_HOST, head.authorityStart(), head.authorityEnd());
        }
    }

    /** Whether X-Forwarded-Proto says that the client came by https; to be believed before. */
    static boolean saysHttps(RequestHead head) {
        Fields fields = head.fields();
        int index = fields.find(HeaderName.X_FORWARDED_PROTO);
        return index >= 0 && fields.valueText(index).equalsIgnoreCase("https");
    }

    private static void requestId(Fields fields, boolean trusted, Loop loop) {
        int index = fields.find(HeaderName.X_REQUEST_ID);
        if (trusted && index >= 0 && fields.findNext(HeaderName.X_REQUEST_ID, index) < 0) {
            int length = fields.valueEnd(index) - fields.valueStart(index);
            if (length > 0 && length <= REQUEST_ID_CHARS_MAX) {
                return;
            }
        }
        fields.remove(HeaderName.X_REQUEST_ID);
        fields.reserve(REQUEST_ID_CHARS);
        int at = fields.used();
        byte[] bytes = fields.bytes();
        hex(loop.random64(), bytes, at);
        hex(loop.random64(), bytes, at + REQUEST_ID_CHARS / 2);
        fields.received(at + REQUEST_ID_CHARS);
        fields.addCopy(HeaderName.X_REQUEST_ID, at, at + REQUEST_ID_CHARS);
    }

    private static void hex(long value, byte[] target, int at) {
        for (int i = 0; i < REQUEST_ID_CHARS / 2; i++) {
            target[at + i] = HEX[(int) (value >>> (60 - 4 * i)) & 0xf];
        }
    }

    /**
     * Who the client is: the last address of X-Forwarded-For that is not a trusted proxy's, where
     * the peer is one; otherwise the peer.
     */
    static String client(RequestHead head, HttpSpec spec, ClientAddress client, boolean trusted) {
        Fields fields = head.fields();
        if (!trusted || !fields.contains(HeaderName.X_FORWARDED_FOR)) {
            return client.toString();
        }
        StringBuilder list = new StringBuilder();
        for (int i = fields.find(HeaderName.X_FORWARDED_FOR);
                i >= 0;
                i = fields.findNext(HeaderName.X_FORWARDED_FOR, i)) {
            list.append(',').append(fields.valueText(i));
        }
        String believed = client.toString();
        int end = list.length();
        while (end > 0) {
            int comma = list.lastIndexOf(",", end - 1);
            String text = list.substring(comma + 1, end).strip();
            byte[] address = IpText.parse(text);
            if (address == null) {
                return believed;
            }
            believed = text;
            if (!spec.trustedProxies().contains(address)) {
                return believed;
            }
            end = comma;
        }
        return believed;
    }
}
