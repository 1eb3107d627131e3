package io.sluice.dataplane.l7.stream;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A response that is complete: names in lower case, values of equal ones joined by {@code |}. The
 * methods read one out of what an upstream sent, with other means than the node's and with more
 * patience: what they do not find is not there.
 *
 * @param chunked whether it came in chunks
 */
@SuppressWarnings("ArrayRecordComponent") // compared by who needs it
record ResponseReading(
        int status,
        Map<String, String> fields,
        byte[] body,
        Map<String, String> trailers,
        boolean chunked) {
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[0-9] ([1-5][0-9]{2}).*");
    private static final String LINE = "\r\n";
    private static final String EMPTY_LINE = "\r\n\r\n";

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int CONTINUATION = 9;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int PADDED = 8;
    private static final int PRIORITY = 0x20;
    private static final int FRAME_HEAD_BYTES = 9;
    private static final int LIST_BYTES_MAX = 1 << 24;

    /**
     * The first response in bytes of HTTP/1.1 that is not interim (RFC 9112 section 6.3).
     *
     * @param head whether it answers HEAD
     * @param cut whether the connection broke behind the bytes, instead of ending
     */
    static Optional<ResponseReading> http1(byte[] bytes, boolean head, boolean cut) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int at = 0;
        while (true) {
            int end = text.indexOf(EMPTY_LINE, at);
            if (end < 0) {
                return Optional.empty();
            }
            int firstEnd = text.indexOf(LINE, at);
            Matcher line = STATUS_LINE.matcher(text.substring(at, firstEnd));
            if (!line.lookingAt()) {
                return Optional.empty();
            }
            int status = Integer.parseInt(line.group(1));
            Map<String, String> fields = lines(text, firstEnd, end);
            at = end + EMPTY_LINE.length();
            if (status >= 200) {
                return body(text, at, status, fields, head, cut);
            }
        }
    }

    // Lines up to the end, each behind a line break.
    private static Map<String, String> lines(String text, int from, int end) {
        Map<String, String> fields = new LinkedHashMap<>();
        if (from < end) {
            for (String line : text.substring(from + LINE.length(), end).split(LINE, -1)) {
                int colon = Math.max(0, line.indexOf(':'));
                fields.merge(
                        line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
                        blanksOff(line.substring(Math.min(line.length(), colon + 1))),
                        (one, two) -> one + "|" + two);
            }
        }
        return fields;
    }

    private static String blanksOff(String value) {
        int start = 0;
        int end = value.length();
        while (start < end && " \t".indexOf(value.charAt(start)) >= 0) {
            start++;
        }
        while (end > start && " \t".indexOf(value.charAt(end - 1)) >= 0) {
            end--;
        }
        return value.substring(start, end);
    }

    private static Optional<ResponseReading> body(
            String text,
            int at,
            int status,
            Map<String, String> fields,
            boolean head,
            boolean cut) {
        if (head || status == 204 || status == 304) {
            return Optional.of(of(status, fields, "", Map.of(), false));
        }
        String coding = fields.get("transfer-encoding");
        if (coding != null) {
            return coding.equalsIgnoreCase("chunked")
                    ? chunks(text, at, status, fields)
                    : Optional.empty();
        }
        String length = fields.get("content-length");
        if (length == null) {
            return cut
                    ? Optional.empty()
                    : Optional.of(of(status, fields, text.substring(at), Map.of(), false));
        }
        if (!length.matches("[0-9]{1,9}") || Integer.parseInt(length) > text.length() - at) {
            return Optional.empty();
        }
        String body = text.substring(at, at + Integer.parseInt(length));
        return Optional.of(of(status, fields, body, Map.of(), false));
    }

    private static Optional<ResponseReading> chunks(
            String text, int from, int status, Map<String, String> fields) {
        StringBuilder body = new StringBuilder();
        int at = from;
        while (true) {
            int lineEnd = text.indexOf(LINE, at);
            if (lineEnd < 0) {
                return Optional.empty();
            }
            String size = text.substring(at, lineEnd).split(";", 2)[0];
            if (!size.matches("[0-9a-fA-F]{1,15}")) {
                return Optional.empty();
            }
            long bytes = Long.parseLong(size, 16);
            at = lineEnd + LINE.length();
            if (bytes == 0) {
                break;
            }
            if (bytes > text.length() - at || !text.startsWith(LINE, at + (int) bytes)) {
                return Optional.empty();
            }
            body.append(text, at, at + (int) bytes);
            at += (int) bytes + LINE.length();
        }
        // The last chunk's line break may be that before the empty line.
        int end = text.indexOf(EMPTY_LINE, at - LINE.length());
        return end < 0
                ? Optional.empty()
                : Optional.of(
                        of(
                                status,
                                fields,
                                body.toString(),
                                lines(text, at - LINE.length(), end),
                                true));
    }

    private static ResponseReading of(
            int status,
            Map<String, String> fields,
            String body,
            Map<String, String> trailers,
            boolean chunked) {
        byte[] bytes = body.getBytes(StandardCharsets.ISO_8859_1);
        return new ResponseReading(status, fields, bytes, trailers, chunked);
    }

    /**
     * The response in the frames of stream 1 (RFC 9113 section 8.1).
     *
     * @param head whether it is the answer to HEAD
     */
    static Optional<ResponseReading> http2(byte[] bytes, boolean head) {
        try {
            return new Frames(bytes, head).read();
        } catch (Http2Exception bad) {
            return Optional.empty();
        }
    }

    /** Reads frames one after the other; what is wrong with one ends it. */
    private static final class Frames {
        private final byte[] bytes;
        private final boolean toHead;
        private final DefaultHttp2HeadersDecoder hpack =
                new DefaultHttp2HeadersDecoder(false, LIST_BYTES_MAX);
        private int at;
        private int status;
        private Map<String, String> fields = Map.of();
        private Map<String, String> trailers = Map.of();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();

        Frames(byte[] bytes, boolean toHead) {
            this.bytes = bytes;
            this.toHead = toHead;
        }

        Optional<ResponseReading> read() throws Http2Exception {
            while (whole()) {
                int type = bytes[at + 3];
                int flags = bytes[at + 4];
                int id = id();
                byte[] payload = take();
                boolean ends = id == 1 && (flags & END_STREAM) != 0;
                if (type == HEADERS) {
                    headers(id, flags, unpadded(payload, flags));
                } else if (type == DATA && id == 1) {
                    body.writeBytes(unpadded(payload, flags));
                } else if (type == RST_STREAM && id == 1) {
                    return Optional.empty();
                } else {
                    ends = false;
                }
                if (ends || (status != 0 && bodiless())) {
                    return status == 0
                            ? Optional.empty()
                            : Optional.of(
                                    new ResponseReading(
                                            status, fields, body.toByteArray(), trailers, false));
                }
            }
            return Optional.empty();
        }

        // Then it is whole with its head, whatever becomes of its stream.
        private boolean bodiless() {
            return toHead || status == 204 || status == 304;
        }

        private boolean whole() {
            return bytes.length - at >= FRAME_HEAD_BYTES
                    && bytes.length - at - FRAME_HEAD_BYTES >= length();
        }

        private int length() {
            return (bytes[at] & 0xff) << 16 | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff);
        }

        private int id() {
            return Unpooled.wrappedBuffer(bytes).getInt(at + 5) & Integer.MAX_VALUE;
        }

        private byte[] take() {
            int from = at + FRAME_HEAD_BYTES;
            int to = from + length();
            at = to;
            return Arrays.copyOfRange(bytes, from, to);
        }

        private static byte[] unpadded(byte[] payload, int flags) throws Http2Exception {
            if ((flags & PADDED) == 0) {
                return payload;
            }
            int padding = payload.length == 0 ? 0 : payload[0] & 0xff;
            if (padding >= payload.length) {
                throw bad();
            }
            return Arrays.copyOfRange(payload, 1, payload.length - padding);
        }

        private static Http2Exception bad() {
            return new Http2Exception(io.netty.handler.codec.http2.Http2Error.PROTOCOL_ERROR);
        }

        private void headers(int id, int flags, byte[] first) throws Http2Exception {
            ByteArrayOutputStream block = new ByteArrayOutputStream();
            int skipped = (flags & PRIORITY) == 0 ? 0 : 5;
            if (first.length < skipped) {
                throw bad();
            }
            block.write(first, skipped, first.length - skipped);
            int last = flags;
            while ((last & END_HEADERS) == 0) {
                if (!whole() || bytes[at + 3] != CONTINUATION || id() != id) {
                    throw bad();
                }
                last = bytes[at + 4];
                block.writeBytes(take());
            }
            Map<String, String> decoded = new LinkedHashMap<>();
            hpack.decodeHeaders(id, Unpooled.wrappedBuffer(block.toByteArray()))
                    .forEach(
                            field ->
                                    decoded.merge(
                                            field.getKey().toString(),
                                            field.getValue().toString(),
                                            (one, two) -> one + "|" + two));
            if (id == 1) {
                head(decoded);
            }
        }

        private void head(Map<String, String> decoded) throws Http2Exception {
            String said = decoded.remove(":status");
            if (said == null) {
                trailers = decoded;
                return;
            }
            if (!said.matches("[1-5][0-9]{2}") || status != 0) {
                throw bad();
            }
            int code = Integer.parseInt(said);
            if (code >= 200) {
                status = code;
                fields = decoded;
            }
        }
    }
}
