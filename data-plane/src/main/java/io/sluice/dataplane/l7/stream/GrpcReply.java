package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.route.ReplyField;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The node's own replies to gRPC calls: a head that is its own trailers (gRPC over HTTP/2, section
 * Responses, Trailers-Only). What the body would have said is the message.
 */
final class GrpcReply {
    private static final HeaderName MESSAGE = HeaderName.of("grpc-message");
    private static final int MESSAGE_BYTES_MAX = 1024;
    private static final String HEX = "0123456789ABCDEF";

    private GrpcReply() {}

    /** The same to a gRPC call, with that status unless the reply has one of its own. */
    static LocalReply of(LocalReply reply, int grpcStatus, byte[] contentType) {
        List<ReplyField> fields = new ArrayList<>(reply.fields().size() + 2);
        fields.add(new ReplyField(HeaderName.CONTENT_TYPE, contentType));
        boolean own = false;
        for (ReplyField field : reply.fields()) {
            if (field.name() != HeaderName.CONTENT_TYPE) {
                fields.add(field);
                own |= field.name().text().equalsIgnoreCase(GrpcStatus.NAME.text());
            }
        }
        if (own) {
            return new LocalReply(200, fields, new byte[0]);
        }
        fields.add(new ReplyField(GrpcStatus.NAME, Ascii.bytes(Integer.toString(grpcStatus))));
        String message = new String(reply.body(), StandardCharsets.UTF_8).strip();
        if (!message.isEmpty()) {
            fields.add(new ReplyField(MESSAGE, encoded(message)));
        }
        return new LocalReply(200, fields, new byte[0]);
    }

    // Percent-encoding of all but printable ASCII, and of the percent sign.
    private static byte[] encoded(String message) {
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        StringBuilder text = new StringBuilder(bytes.length + 16);
        for (int i = 0; i < bytes.length && i < MESSAGE_BYTES_MAX; i++) {
            int b = bytes[i] & 0xff;
            if (b >= ' ' && b <= '~' && b != '%') {
                text.append((char) b);
            } else {
                text.append('%').append(HEX.charAt(b >> 4)).append(HEX.charAt(b & 0xf));
            }
        }
        return Ascii.bytes(text.toString());
    }
}
