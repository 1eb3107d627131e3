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

/**
 * How far a request goes: TRACE and OPTIONS as far as Max-Forwards says (RFC 9110 section 7.6.2),
 * and none round in circles (section 7.6).
 */
final class ForwardingBounds {
    /** More nodes of Sluice, one behind the other, than anyone has. */
    private static final int PASSES_MAX = 16;

    private static final byte[] PSEUDONYM = Ascii.bytes("sluice");
    private static final HeaderName PROXY_AUTHORIZATION = HeaderName.of("Proxy-Authorization");
    private static final byte[] MESSAGE = Ascii.bytes("message/http");
    private static final byte[] TARGET_END = Ascii.bytes(" HTTP/1.1\r\n");
    private static final byte[] SEPARATOR = Ascii.bytes(": ");
    private static final byte[] LINE_BREAK = Ascii.bytes("\r\n");

    /** The greatest number that is passed on. */
    private static final int FORWARDS_MAX = 1_000_000;

    private ForwardingBounds() {}

    /** Whether a TRACE has content, which may not be sent on (RFC 9110 section 9.3.8). */
    static boolean tracesContent(RequestHead request) {
        return request.method() == Method.TRACE && request.bodyLength() != 0;
    }

    /** Whether nodes have passed the request on too often, as Via says. */
    static boolean goesInCircles(RequestHead request) {
        Fields fields = request.fields();
        int passes = 0;
        for (int i = fields.find(HeaderName.VIA); i >= 0; i = fields.findNext(HeaderName.VIA, i)) {
            passes += passes(fields.bytes(), fields.valueStart(i), fields.valueEnd(i));
        }
        return passes >= PASSES_MAX;
    }

    // received-protocol RWS received-by, in a list
    private static int passes(byte[] bytes, int start, int end) {
        int passes = 0;
        int last = end - PSEUDONYM.length;
        for (int at = start + 1; at <= last; at++) {
            int behind = at + PSEUDONYM.length;
            if (bytes[at - 1] == ' '
                    && (behind == end || bytes[behind] == ',' || bytes[behind] == ' ')
                    && Ascii.equal(bytes, at, behind, PSEUDONYM)) {
                passes++;
            }
        }
        return passes;
    }

    /**
     * Counts this node.
     *
     * @return the reply if the request goes no further; null if it does
     */
    static @Nullable LocalReply last(RequestHead request) {
        if (request.method() != Method.TRACE && request.method() != Method.OPTIONS) {
            return null;
        }
        Fields fields = request.fields();
        int left = forwards(fields);
        if (left < 0) {
            // What is no number is ignored, as if it were not there.
            return null;
        }
        if (left > 0) {
            fields.set(HeaderName.MAX_FORWARDS, Ascii.bytes(Integer.toString(left - 1)));
            return null;
        }
        return request.method() == Method.TRACE ? trace(request) : LocalReply.options();
    }

    private static int forwards(Fields fields) {
        int index = fields.find(HeaderName.MAX_FORWARDS);
        if (index < 0 || fields.valueStart(index) == fields.valueEnd(index)) {
            return -1;
        }
        byte[] bytes = fields.bytes();
        int number = 0;
        for (int i = fields.valueStart(index); i < fields.valueEnd(index); i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return -1;
            }
            number = Math.min(number * 10 + bytes[i] - '0', FORWARDS_MAX + 1);
        }
        return number;
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
