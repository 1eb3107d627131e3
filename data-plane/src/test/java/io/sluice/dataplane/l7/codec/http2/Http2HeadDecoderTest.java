package io.sluice.dataplane.l7.codec.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.sluice.dataplane.l7.codec.HeadLimits;
import io.sluice.dataplane.l7.codec.Http1Encoder;
import io.sluice.dataplane.l7.codec.ResponseParser.Answered;
import io.sluice.dataplane.l7.codec.http2.Http2HeadDecoder.Outcome;
import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.BodyLength;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.message.Method;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.message.ResponseHead;
import io.sluice.dataplane.net.Failure;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/**
 * What RFC 9113 section 8 demands of heads. Deliberately otherwise: one that is malformed is reset,
 * where section 8.2.1 would rather have it answered with 400 as well; and the scheme that an
 * upstream is told is that of its own connection (section 8.3.1), since upstreams check that.
 */
@SuppressWarnings("StringConcatToTextBlock") // line breaks are the point
final class Http2HeadDecoderTest {
    private static final HeadLimits LIMITS = new HeadLimits(4096, 20);
    private static final String GET = ":method: GET|:scheme: https|:authority: a|:path: /";

    private final Http2HeadDecoder decoder = new Http2HeadDecoder();

    /** A block of literals, from fields separated by bars. */
    private static byte[] block(String fields) {
        var out = new BlockBuffer();
        for (String field : fields.split("\\|", -1)) {
            int colon = field.indexOf(": ", 1);
            byte[] name = Ascii.bytes(field.substring(0, colon));
            byte[] value = Ascii.bytes(field.substring(colon + 2));
            out.write(0);
            out.writeString(name, 0, name.length);
            out.writeString(value, 0, value.length);
        }
        return HpackTexts.built(out);
    }

    private Outcome request(String fields, boolean endStream) {
        byte[] block = block(fields);
        return decoder.request(
                new HpackDecoder(), block, 0, block.length, endStream, new byte[8192], LIMITS);
    }

    private RequestHead good(String fields, boolean endStream) {
        assertThat(request(fields, endStream)).as(fields).isEqualTo(Outcome.COMPLETE);
        return decoder.request();
    }

    private static String asHttp1(RequestHead head) {
        ByteBuf out = Http1Encoder.request(UnpooledByteBufAllocator.DEFAULT, head, 0);
        String text = out.toString(StandardCharsets.ISO_8859_1);
        out.release();
        return text;
    }

    static Stream<Arguments> translations() {
        return Stream.of(
                Arguments.of(GET, true, "GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
                Arguments.of(
                        ":method: POST|:scheme: http|:authority: A.b:80|:path: /p/q?x=%20&y",
                        false,
                        "POST /p/q?x=%20&y HTTP/1.1\r\nhost: A.b:80\r\n"
                                + "Transfer-Encoding: chunked\r\n\r\n"),
                Arguments.of(
                        ":path: /|:method: POST|:scheme: http|:authority: a|content-length: 5|x: y",
                        false,
                        "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\nx: y\r\n\r\n"),
                Arguments.of(
                        GET + "|cookie: a=b|x: y|cookie: c=d|cookie: e",
                        true,
                        "GET / HTTP/1.1\r\nhost: a\r\nx: y\r\nCookie: a=b; c=d; e\r\n\r\n"),
                Arguments.of(
                        GET + "|cookie: a=b",
                        true,
                        "GET / HTTP/1.1\r\nhost: a\r\ncookie: a=b\r\n\r\n"),
                Arguments.of(GET + "|host: A", true, "GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
                Arguments.of(GET + "|host: a:443", true, "GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
                Arguments.of(GET + "|host: a:", true, "GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
                Arguments.of(
                        ":method: GET|:scheme: http|:authority: A:80|:path: /|host: a",
                        true,
                        "GET / HTTP/1.1\r\nhost: A:80\r\n\r\n"),
                Arguments.of(
                        ":method: GET|:scheme: https|:path: /|host: a",
                        true,
                        "GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
                Arguments.of(
                        ":method: OPTIONS|:scheme: https|:authority: a|:path: *",
                        true,
                        "OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n"),
                Arguments.of(
                        GET + "|te: trailers",
                        true,
                        "GET / HTTP/1.1\r\nhost: a\r\nConnection: TE\r\nTE: trailers\r\n\r\n"),
                Arguments.of(
                        GET + "|http2-settings: AAA", true, "GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
                Arguments.of(
                        GET + "|expect: 100-continue", true, "GET / HTTP/1.1\r\nhost: a\r\n\r\n"),
                Arguments.of(
                        ":method: CONNECT|:protocol: websocket|:scheme: https|:authority: a"
                                + "|:path: /chat|sec-websocket-version: 13",
                        false,
                        "GET /chat HTTP/1.1\r\nhost: a\r\nsec-websocket-version: 13\r\n"
                                + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"));
    }

    @ParameterizedTest
    @MethodSource("translations")
    void aRequestIsWhatItWouldBeInHttp1(String fields, boolean endStream, String http1) {
        assertThat(asHttp1(good(fields, endStream))).isEqualTo(http1);
    }

    @Test
    void theHeadSaysWhatAParserWouldSay() {
        RequestHead head =
                good(
                        ":method: PUT|:scheme: https|:authority: Shop.Example:8443|:path: /a/b?c=d"
                                + "|content-length: 7|expect: 100-continue|te: trailers",
                        false);
        assertThat(head.method()).isEqualTo(Method.PUT);
        assertThat(head.host()).isEqualTo("shop.example");
        assertThat(head.authority()).isEqualTo("Shop.Example:8443");
        assertThat(head.path()).isEqualTo("/a/b");
        assertThat(head.query()).isEqualTo("?c=d");
        assertThat(head.bodyLength()).isEqualTo(7);
        assertThat(head.expectContinue()).isTrue();
        assertThat(head.acceptsTrailers()).isTrue();
        assertThat(head.minorVersion()).isOne();
        assertThat(head.keepAlive()).isTrue();
        assertThat(head.webSocket()).isFalse();
        assertThat(decoder.plainPath()).isTrue();
        assertThat(head.fields().valueText(HeaderName.HOST)).isEqualTo("Shop.Example:8443");

        good(GET.replace(": /", ": /a/../b"), true);
        assertThat(decoder.plainPath()).isFalse();
        assertThat(good(GET, false).bodyLength()).isEqualTo(BodyLength.CHUNKED);
        assertThat(good(GET, true).bodyLength()).isZero();
        assertThat(good(GET + "|content-length: 0", true).bodyLength()).isZero();
    }

    static Stream<Arguments> refused() {
        String connect = ":method: CONNECT|:authority: a:443";
        return Stream.of(
                Arguments.of(":scheme: https|:authority: a|:path: /", Failure.BAD_REQUEST),
                Arguments.of(":method: GET|:authority: a|:path: /", Failure.BAD_REQUEST),
                Arguments.of(":method: GET|:scheme: https|:authority: a", Failure.BAD_REQUEST),
                Arguments.of(":method: GET|:scheme: https|:path: /", Failure.BAD_HOST),
                Arguments.of(GET + "|:path: /", Failure.BAD_REQUEST),
                Arguments.of(GET + "|:status: 200", Failure.BAD_REQUEST),
                Arguments.of(GET + "|:other: x", Failure.BAD_REQUEST),
                Arguments.of(GET + "|x: y|:protocol: websocket", Failure.BAD_REQUEST),
                Arguments.of(GET + "|:protocol: websocket", Failure.BAD_REQUEST),
                Arguments.of(GET.replace("GET", ""), Failure.BAD_REQUEST),
                Arguments.of(GET.replace("GET", "G T"), Failure.BAD_REQUEST),
                Arguments.of(GET.replace("GET", "GET / HTTP/1.1"), Failure.BAD_REQUEST),
                Arguments.of(GET.replace("https", "ftp"), Failure.BAD_REQUEST),
                Arguments.of(GET.replace("https", ""), Failure.BAD_REQUEST),
                Arguments.of(GET.replace(": /", ": "), Failure.BAD_REQUEST),
                Arguments.of(GET.replace(": /", ": x"), Failure.BAD_REQUEST),
                Arguments.of(GET.replace(": /", ": *"), Failure.BAD_REQUEST),
                Arguments.of(GET.replace(": /", ": /a b"), Failure.BAD_REQUEST),
                Arguments.of(GET.replace(": /", ": /a#b"), Failure.BAD_REQUEST),
                Arguments.of(GET.replace(": /", ": /\u00e4"), Failure.BAD_REQUEST),
                Arguments.of(GET.replace(": /", ": http://a/"), Failure.BAD_REQUEST),
                Arguments.of(GET.replace(": a", ": "), Failure.BAD_HOST),
                Arguments.of(GET.replace(": a", ": u@a"), Failure.BAD_HOST),
                Arguments.of(GET.replace(": a", ": a/b"), Failure.BAD_HOST),
                Arguments.of(GET.replace(": a", ": a:70000"), Failure.BAD_HOST),
                Arguments.of(GET + "|host: b", Failure.BAD_HOST),
                Arguments.of(GET + "|host: a:80", Failure.BAD_HOST),
                Arguments.of(GET.replace(": a", ": a:8443") + "|host: a", Failure.BAD_HOST),
                Arguments.of(GET + "|host: a|host: a", Failure.BAD_HOST),
                Arguments.of(
                        ":method: GET|:scheme: https|:path: /|host: a|host: a", Failure.BAD_HOST),
                Arguments.of(GET + "|connection: close", Failure.BAD_REQUEST),
                Arguments.of(GET + "|keep-alive: 1", Failure.BAD_REQUEST),
                Arguments.of(GET + "|proxy-connection: x", Failure.BAD_REQUEST),
                Arguments.of(GET + "|transfer-encoding: chunked", Failure.BAD_REQUEST),
                Arguments.of(GET + "|upgrade: websocket", Failure.BAD_REQUEST),
                Arguments.of(GET + "|te: gzip", Failure.BAD_REQUEST),
                Arguments.of(GET + "|te: trailers, gzip", Failure.BAD_REQUEST),
                Arguments.of(GET + "|X: y", Failure.BAD_REQUEST),
                Arguments.of(GET + "|x: a\r\nb: c", Failure.BAD_REQUEST),
                Arguments.of(GET + "|x\r\nb: c", Failure.BAD_REQUEST),
                Arguments.of(GET + "|x: a\0", Failure.BAD_REQUEST),
                Arguments.of(GET + "|x:  a", Failure.BAD_REQUEST),
                Arguments.of(GET + "|content-length: 5", Failure.BAD_FRAMING),
                Arguments.of(GET + "|content-length: x", Failure.BAD_FRAMING),
                Arguments.of(GET + "|content-length: -1", Failure.BAD_FRAMING),
                Arguments.of(GET + "|content-length: 0|content-length: 0", Failure.BAD_FRAMING),
                Arguments.of(connect, Failure.METHOD_REFUSED),
                Arguments.of(connect + "|:path: /", Failure.BAD_REQUEST),
                Arguments.of(
                        connect + "|:protocol: connect-udp|:scheme: https|:path: /",
                        Failure.METHOD_REFUSED),
                Arguments.of(connect + "|:protocol: websocket", Failure.BAD_REQUEST),
                // a WebSocket whose stream has ended already
                Arguments.of(
                        connect + "|:protocol: websocket|:scheme: https|:path: /",
                        Failure.BAD_FRAMING));
    }

    @ParameterizedTest
    @MethodSource
    void refused(String fields, Failure failure) {
        assertThat(request(fields, true)).as(fields).isEqualTo(Outcome.MALFORMED);
        assertThat(decoder.failure()).as(fields).isEqualTo(failure);
    }

    @Test
    void bytesAndNumberOfFieldsAreBounded() {
        assertThat(request(GET + "|x: " + "y".repeat(4096), true)).isEqualTo(Outcome.TOO_LARGE);
        assertThat(decoder.failure()).isEqualTo(Failure.HEAD_TOO_LARGE);
        assertThat(request(GET + "|x: y".repeat(16), true)).isEqualTo(Outcome.COMPLETE);
        assertThat(request(GET + "|x: y".repeat(17), true)).isEqualTo(Outcome.TOO_LARGE);
        // crumbs count before they are joined
        assertThat(request(GET + "|cookie: a=b".repeat(17), true)).isEqualTo(Outcome.TOO_LARGE);
        assertThat(request(GET + "|x: y", true)).isEqualTo(Outcome.COMPLETE);
    }

    private Outcome response(String fields, boolean endStream, Answered answered) {
        byte[] block = block(fields);
        return decoder.response(
                new HpackDecoder(),
                block,
                0,
                block.length,
                endStream,
                new byte[8192],
                LIMITS,
                answered);
    }

    private ResponseHead good(String fields, boolean endStream, Answered answered) {
        assertThat(response(fields, endStream, answered)).as(fields).isEqualTo(Outcome.COMPLETE);
        return decoder.response();
    }

    @Test
    void aResponseHasAStatusAndALength() {
        ResponseHead head = good(":status: 200|content-length: 5|a: b", false, Answered.OTHER);
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.bodyLength()).isEqualTo(5);
        assertThat(head.fields().nameText(1)).isEqualTo("a");
        assertThat(good(":status: 404", true, Answered.OTHER).bodyLength()).isZero();
        assertThat(good(":status: 404", false, Answered.OTHER).bodyLength())
                .isEqualTo(BodyLength.CHUNKED);
        assertThat(good(":status: 200|content-length: 5", true, Answered.HEAD).bodyLength())
                .isZero();
        assertThat(good(":status: 304|content-length: 5", true, Answered.OTHER).bodyLength())
                .isZero();
        ResponseHead interim = good(":status: 103|link: x", false, Answered.OTHER);
        assertThat(interim.interim()).isTrue();
        ResponseHead none = good(":status: 204|content-length: 0", true, Answered.OTHER);
        assertThat(none.fields().contains(HeaderName.CONTENT_LENGTH)).isFalse();
        ResponseHead odd = good(":status: 200|http2-settings: AAA", true, Answered.OTHER);
        assertThat(odd.fields().contains(HeaderName.HTTP2_SETTINGS)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: b",
                ":status: 20",
                ":status: 2000",
                ":status: 099",
                ":status: 600",
                ":status: 2x0",
                ":status: 101",
                ":status: 100",
                ":status: 200|:status: 200",
                ":status: 200|:path: /",
                ":status: 200|:authority: a",
                ":status: 200|content-length: 1",
                ":status: 200|content-length: 1, 1",
                ":status: 200|connection: close",
                ":status: 200|transfer-encoding: chunked",
                ":status: 200|te: trailers",
                ":status: 200|A: b",
                "a: b|:status: 200"
            })
    void badResponses(String fields) {
        assertThat(response(fields, true, Answered.OTHER)).isEqualTo(Outcome.MALFORMED);
    }

    @Test
    void trailersAreFieldsOnly() {
        assertThat(trailers("grpc-status: 0|grpc-message: ok")).isEqualTo(Outcome.COMPLETE);
        assertThat(decoder.trailers().size()).isEqualTo(2);
        assertThat(trailers("a: b|:path: /")).isEqualTo(Outcome.MALFORMED);
        assertThat(trailers(":authority: a|a: b")).isEqualTo(Outcome.MALFORMED);
        assertThat(trailers("connection: close")).isEqualTo(Outcome.MALFORMED);
        assertThat(trailers("a: b" + "|a: b".repeat(20))).isEqualTo(Outcome.TOO_LARGE);
    }

    private Outcome trailers(String fields) {
        byte[] block = block(fields);
        return decoder.trailers(new HpackDecoder(), block, 0, block.length, new byte[8192], LIMITS);
    }

    @Test
    void aBlockThatIsNoneEndsTheConnection() {
        byte[] bad = {(byte) 0x80};
        assertThat(decoder.request(new HpackDecoder(), bad, 0, 1, true, new byte[8192], LIMITS))
                .isEqualTo(Outcome.COMPRESSION_ERROR);
    }
}
