package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.message.ResponseHead;
import io.sluice.dataplane.l7.route.ReplyField;
import io.sluice.dataplane.l7.route.RouteAction;
import io.sluice.dataplane.net.Failure;

import java.util.ArrayList;
import java.util.List;

/**
 * A response that the node makes itself. Immutable.
 *
 * @param body not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never written to
record LocalReply(int status, List<ReplyField> fields, byte[] body) {
    private static final HeaderName ALLOW = HeaderName.of("Allow");
    private static final byte[] ALLOWED =
            Ascii.bytes("GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH, TRACE");
    private static final byte[] PLAIN_TEXT = Ascii.bytes("text/plain; charset=utf-8");
    private static final int HTTPS_PORT = 443;
    private static final int HEAD_BYTES_AT_FIRST = 512;

    /** The reply to a failure that has a status; nothing but its reason is told to the client. */
    static LocalReply of(Failure failure, boolean showReason) {
        List<ReplyField> fields = new ArrayList<>(3);
        fields.add(new ReplyField(HeaderName.CONTENT_TYPE, PLAIN_TEXT));
        if (showReason) {
            fields.add(new ReplyField(HeaderName.SLUICE_REASON, Ascii.bytes(failure.name())));
        }
        if (failure == Failure.METHOD_REFUSED) {
            fields.add(new ReplyField(ALLOW, ALLOWED));
        }
        byte[] body = Ascii.bytes(failure.httpStatus() + " " + phrase(failure.httpStatus()) + "\n");
        return new LocalReply(failure.httpStatus(), fields, body);
    }

    /** What this node itself can do, to OPTIONS. */
    static LocalReply options() {
        return new LocalReply(200, List.of(new ReplyField(ALLOW, ALLOWED)), new byte[0]);
    }

    static LocalReply of(RouteAction.Reply reply) {
        return new LocalReply(reply.status(), reply.headers(), reply.body());
    }

    /** The redirect of this request: what the action leaves empty stays as it is. */
    static LocalReply of(RouteAction.Redirect redirect, RequestHead head, boolean secure) {
        String path = redirect.path().isEmpty() ? head.path() + head.query() : redirect.path();
        String authority = redirect.host().isEmpty() ? head.authority() : redirect.host();
        String location = path;
        if (!authority.isEmpty() && !(redirect.scheme().isEmpty() && redirect.host().isEmpty())) {
            String own = secure ? "https" : "http";
            String scheme = redirect.scheme().isEmpty() ? own : redirect.scheme();
            location = scheme + "://" + authority + path;
        }
        return redirect(redirect.status(), location);
    }

    /** The redirect of a request, which has an authority, to the same by https. */
    static LocalReply toHttps(RequestHead head, int port) {
        String authority = head.authority();
        int colon = authority.lastIndexOf(':');
        String host =
                colon > authority.lastIndexOf(']') ? authority.substring(0, colon) : authority;
        String suffix = port == HTTPS_PORT ? "" : ":" + port;
        return redirect(308, "https://" + host + suffix + head.path() + head.query());
    }

    private static LocalReply redirect(int status, String location) {
        return new LocalReply(
                status,
                List.of(new ReplyField(HeaderName.LOCATION, Ascii.bytes(location))),
                new byte[0]);
    }

    /** Fills {@code head} with this reply. */
    void fill(ResponseHead head) {
        byte[] phrase = Ascii.bytes(phrase(status));
        byte[] bytes = new byte[HEAD_BYTES_AT_FIRST];
        head.begin(bytes, 0);
        head.status(status);
        Fields out = head.fields();
        int at = out.append(phrase, 0, phrase.length);
        head.reason(at, at + phrase.length);
        for (ReplyField field : fields) {
            out.add(field.name(), field.value());
        }
        if (status != 204 && status != 304) {
            out.set(HeaderName.CONTENT_LENGTH, Ascii.bytes(Integer.toString(body.length)));
        }
        head.bodyLength(body.length);
    }

    // The phrases carry no meaning (RFC 9112 section 4); these are for those who read them.
    private static String phrase(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 201 -> "Created";
            case 202 -> "Accepted";
            case 204 -> "No Content";
            case 301 -> "Moved Permanently";
            case 302 -> "Found";
            case 303 -> "See Other";
            case 304 -> "Not Modified";
            case 307 -> "Temporary Redirect";
            case 308 -> "Permanent Redirect";
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 408 -> "Request Timeout";
            case 410 -> "Gone";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 418 -> "I'm a teapot";
            case 429 -> "Too Many Requests";
            case 431 -> "Request Header Fields Too Large";
            case 451 -> "Unavailable For Legal Reasons";
            case 500 -> "Internal Server Error";
            case 501 -> "Not Implemented";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            case 505 -> "HTTP Version Not Supported";
            case 508 -> "Loop Detected";
            default -> "";
        };
    }
}
