package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.message.Method;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.route.ReplyField;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.util.List;

/** How many intermediaries TRACE and OPTIONS may still pass (RFC 9110 section 7.6.2). */
final class MaxForwards {
    private static final HeaderName NAME = HeaderName.of("Max-Forwards");
    private static final HeaderName PROXY_AUTHORIZATION = HeaderName.of("Proxy-Authorization");
    private static final byte[] MESSAGE = Ascii.bytes("message/http");
    private static final byte[] TARGET_END = Ascii.bytes(" HTTP/1.1\r\n");
    private static final byte[] SEPARATOR = Ascii.bytes(": ");
    private static final byte[] LINE_BREAK = Ascii.bytes("\r\n");
    private static final int DIGITS_MAX = 9;

    private MaxForwards() {}

    /**
     * Counts this node.
     *
     * @return the reply if the request goes no further; null if it does
     */
    static @Nullable LocalReply apply(RequestHead request) {
        if (request.method() != Method.TRACE && request.method() != Method.OPTIONS) {
            return null;
        }
        Fields fields = request.fields();
        int left = fields.decimal(NAME, DIGITS_MAX);
        if (left < 0) {
            // What is no number is ignored, as if it were not there.
            return null;
        }
        if (left > 0) {
            fields.set(NAME, Ascii.bytes(Integer.toString(left - 1)));
            return null;
        }
        return request.method() == Method.TRACE ? trace(request) : LocalReply.options();
    }

    // RFC 9110 section 9.3.8: the request as it came, without what is secret.
    private static LocalReply trace(RequestHead request) {
        byte[] bytes = request.bytes();
        Fields fields = request.fields();
        var body = new ByteArrayOutputStream();
        body.write(bytes, request.methodStart(), request.methodEnd() - request.methodStart());
        body.write(' ');
        body.write(bytes, request.pathStart(), request.pathEnd() - request.pathStart());
        body.write(bytes, request.queryStart(), request.queryEnd() - request.queryStart());
        body.writeBytes(TARGET_END);
        for (int i = 0; i < fields.size(); i++) {
            if (!fields.present(i) || secret(fields, i)) {
                continue;
            }
            body.write(bytes, fields.nameStart(i), fields.nameEnd(i) - fields.nameStart(i));
            body.writeBytes(SEPARATOR);
            body.write(bytes, fields.valueStart(i), fields.valueEnd(i) - fields.valueStart(i));
            body.writeBytes(LINE_BREAK);
        }
        body.writeBytes(LINE_BREAK);
        return new LocalReply(
                200, List.of(new ReplyField(HeaderName.CONTENT_TYPE, MESSAGE)), body.toByteArray());
    }

    private static boolean secret(Fields fields, int index) {
        return fields.named(index, HeaderName.AUTHORIZATION)
                || fields.named(index, HeaderName.COOKIE)
                || fields.named(index, PROXY_AUTHORIZATION);
    }
}
