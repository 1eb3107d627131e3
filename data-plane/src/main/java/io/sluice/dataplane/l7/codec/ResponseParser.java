package io.sluice.dataplane.l7.codec;

import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.BodyLength;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.message.ResponseHead;

import java.util.List;

/**
 * Parses response heads, as strictly as requests: a response that two readers could understand
 * differently poisons every connection it passes. One per event loop; its {@link #head()} is good
 * until the next parse.
 */
public final class ResponseParser {
    private static final byte[] VERSION = Ascii.bytes("HTTP/1.");
    private static final byte[] WEBSOCKET = Ascii.bytes("websocket");
    private static final int BAD = -1;

    /** HTTP/1.x SP status CRLF; the reason phrase and its space may be missing. */
    private static final int STATUS_LINE_MIN = 14;

    private final ResponseHead head = new ResponseHead();
    private final ConnectionTokens connection = new ConnectionTokens();
    private int end;

    /** The head as parsed, after {@link RequestParser.Outcome#COMPLETE}. */
    public ResponseHead head() {
        return head;
    }

    /** Fields that Connection named and that are none of a trailer section either. */
    public List<HeaderName> connectionNames() {
        return connection.named();
    }

    /** Where the byte behind the head is. */
    public int end() {
        return end;
    }

    /**
     * Parses the head that begins at 0.
     *
     * @param available how many bytes there are
     * @param request what the response answers
     */
    public RequestParser.Outcome parse(
            byte[] bytes, int available, HeadLimits limits, Answered request) {
        int limit = Math.min(available, limits.headBytesMax());
        head.begin(bytes, available);
        int at = statusLine(bytes, limit);
        if (at > 0) {
            at = FieldLines.parseOfResponse(bytes, at, limit, head.fields(), limits.fieldsMax());
        }
        if (at == FieldLines.INCOMPLETE && available < limits.headBytesMax()) {
            return RequestParser.Outcome.INCOMPLETE;
        }
        if (at <= 0) {
            return RequestParser.Outcome.BAD;
        }
        end = at;
        head.fields().received(at);
        return understand(request) ? RequestParser.Outcome.COMPLETE : RequestParser.Outcome.BAD;
    }

    private int statusLine(byte[] bytes, int limit) {
        int known = Math.min(VERSION.length, limit);
        for (int i = 0; i < known; i++) {
            if (bytes[i] != VERSION[i]) {
                return BAD;
            }
        }
        if (limit < STATUS_LINE_MIN) {
            return FieldLines.INCOMPLETE;
        }
        if (!Octets.digit(bytes[7]) || bytes[8] != ' ' || bytes[9] < '1' || bytes[9] > '5') {
            return BAD;
        }
        if (!Octets.digit(bytes[10]) || !Octets.digit(bytes[11])) {
            return BAD;
        }
        head.minorVersion(bytes[7] == '0' ? 0 : 1);
        head.status((bytes[9] - '0') * 100 + (bytes[10] - '0') * 10 + bytes[11] - '0');
        int at = 12;
        if (bytes[at] == ' ') {
            at++;
        } else if (bytes[at] != '\r') {
            return BAD;
        }
        int reason = at;
        while (at < limit && Octets.value(bytes[at])) {
            at++;
        }
        head.reason(reason, at);
        if (at + 1 >= limit) {
            return at < limit && bytes[at] != '\r' ? BAD : FieldLines.INCOMPLETE;
        }
        return bytes[at] == '\r' && bytes[at + 1] == '\n' ? at + 2 : BAD;
    }

    private boolean understand(Answered request) {
        Fields fields = head.fields();
        connection.read(fields, head.minorVersion());
        head.keepAlive(connection.keepAlive());
        if (head.status() == 101 && !switches(fields, request)) {
            return false;
        }
        boolean understood = framing(fields, request);
        connection.strip(fields);
        return understood;
    }

    private boolean switches(Fields fields, Answered request) {
        int upgrade = fields.find(HeaderName.UPGRADE);
        return request == Answered.UPGRADE
                && connection.upgrade()
                && upgrade >= 0
                && fields.valueIs(upgrade, WEBSOCKET);
    }

    // RFC 9112 section 6.3
    private boolean framing(Fields fields, Answered request) {
        long length = Framing.bodyLength(fields, head.minorVersion());
        if (length < Framing.NONE) {
            return false;
        }
        int status = head.status();
        if (status < 200 || status == 204) {
            // Neither may have these fields (RFC 9110 section 8.6); readers disagree about them.
            fields.remove(HeaderName.CONTENT_LENGTH);
            head.bodyLength(0);
            return true;
        }
        if (status == 304 || request == Answered.HEAD) {
            head.bodyLength(0);
            return true;
        }
        head.bodyLength(length == Framing.NONE ? BodyLength.UNTIL_CLOSE : length);
        return true;
    }

    /** What a response answers, as far as its framing depends on it. */
    public enum Answered {
        HEAD,
        /** A request to switch to WebSocket. */
        UPGRADE,
        OTHER
    }
}
