package io.sluice.dataplane.l7.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.sluice.dataplane.l7.codec.RequestParser.Outcome;
import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.BodyLength;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.net.Failure;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;

@SuppressWarnings("StringConcatToTextBlock") // line breaks are the point
final class RequestParserTest {
    private static final HeadLimits LIMITS = new HeadLimits(4096, 20);
    private static final String HOST = "Host: a\r\n";
    private static final int SCRATCH_BYTES = 8192;

    private final RequestParser parser = new RequestParser();

    private Outcome parse(String text) {
        byte[] scratch = new byte[SCRATCH_BYTES];
        byte[] bytes = Ascii.bytes(text);
        System.arraycopy(bytes, 0, scratch, 0, bytes.length);
        return parser.parse(scratch, bytes.length, LIMITS);
    }

    private RequestHead good(String text) {
        assertThat(parse(text)).as(text).isEqualTo(Outcome.COMPLETE);
        return parser.head();
    }

    static Stream<Arguments> good() {
        return Stream.of(
                good("GET / HTTP/1.1\r\nHost: a\r\n", "GET / HTTP/1.1\r\nHost: a\r\n"),
                good("GET /?x HTTP/1.1\r\nHost: a\r\n", "GET /?x HTTP/1.1\r\nHost: a\r\n"),
                good("\r\nGET / HTTP/1.1\r\nHost: a\r\n", "GET / HTTP/1.1\r\nHost: a\r\n"),
                good("get / HTTP/1.1\r\nhost:a\r\n", "get / HTTP/1.1\r\nhost:a\r\n"),
                good("M-SEARCH /x HTTP/1.1\r\nHost: a\r\n", "M-SEARCH /x HTTP/1.1\r\nHost: a\r\n"),
                good("GET / HTTP/1.9\r\nHost: a\r\n", "GET / HTTP/1.1\r\nHost: a\r\n"),
                good("GET / HTTP/1.0\r\n", "GET / HTTP/1.1\r\nHost: \r\n"),
                good("GET / HTTP/1.1\r\nHost: a:80\r\n", "GET / HTTP/1.1\r\nHost: a:80\r\n"),
                good("GET / HTTP/1.1\r\nHost: a:\r\n", "GET / HTTP/1.1\r\nHost: a:\r\n"),
                good(
                        "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n",
                        "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n"),
                good("GET / HTTP/1.1\r\nHost: a_b.c-d\r\n", "GET / HTTP/1.1\r\nHost: a_b.c-d\r\n"),
                good("GET / HTTP/1.1\r\nHost: \t a \t\r\n", "GET / HTTP/1.1\r\nHost: \t a \t\r\n"),
                good("GET / HTTP/1.1\r\nHost: a\r\nX:\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX:\r\n"),
                good(
                        "GET / HTTP/1.1\r\nHost: a\r\nX: \u00e9\u0080\t!\r\n",
                        "GET / HTTP/1.1\r\nHost: a\r\nX: \u00e9\u0080\t!\r\n"),
                good(
                        "GET /a%20b|c{d}\"<> HTTP/1.1\r\nHost: a\r\n",
                        "GET /a%20b|c{d}\"<> HTTP/1.1\r\nHost: a\r\n"),
                good(
                        "GET http://B.c/x?y HTTP/1.1\r\nHost: a\r\nQ: 1\r\n",
                        "GET /x?y HTTP/1.1\r\nQ: 1\r\nHost: B.c\r\n"),
                good("GET HTTPS://b HTTP/1.1\r\nHost: a\r\n", "GET / HTTP/1.1\r\nHost: b\r\n"),
                good("GET http://b?q HTTP/1.1\r\nHost: a\r\n", "GET /?q HTTP/1.1\r\nHost: b\r\n"),
                good("GET http://b/ HTTP/1.0\r\n", "GET / HTTP/1.1\r\nHost: b\r\n"),
                good("OPTIONS * HTTP/1.1\r\nHost: a\r\n", "OPTIONS * HTTP/1.1\r\nHost: a\r\n"),
                good(
                        "OPTIONS http://b HTTP/1.1\r\nHost: a\r\n",
                        "OPTIONS * HTTP/1.1\r\nHost: b\r\n"),
                good(
                        "GET / HTTP/1.1\r\n"
                                + "Connection: a, close , b\r\n"
                                + "A: 1\r\n"
                                + "Host: a\r\n"
                                + "B: 2\r\n"
                                + "C: 3\r\n",
                        "GET / HTTP/1.1\r\nHost: a\r\nC: 3\r\n"),
                good(
                        "GET / HTTP/1.1\r\n"
                                + "Host: a\r\n"
                                + "Connection: host, Connection, content-length\r\n",
                        "GET / HTTP/1.1\r\nHost: a\r\n"),
                good(
                        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0012\r\n",
                        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0012\r\n"),
                good(
                        "POST / HTTP/1.1\r\nTransfer-Encoding:  Chunked \r\nHost: a\r\n",
                        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"),
                good(
                        "GET / HTTP/1.1\r\n"
                                + "Host: a\r\n"
                                + "Upgrade: websocket\r\n"
                                + "Connection: upgrade\r\n",
                        "GET / HTTP/1.1\r\n"
                                + "Host: a\r\n"
                                + "Connection: Upgrade\r\n"
                                + "Upgrade: websocket\r\n"),
                good(
                        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n",
                        "GET / HTTP/1.1\r\nHost: a\r\n"),
                good(
                        "GET / HTTP/1.1\r\n"
                                + "Host: a\r\n"
                                + "Upgrade: h2c, websocket\r\n"
                                + "Connection: upgrade\r\n",
                        "GET / HTTP/1.1\r\nHost: a\r\n"),
                good(
                        "POST / HTTP/1.1\r\n"
                                + "Host: a\r\n"
                                + "Upgrade: websocket\r\n"
                                + "Connection: upgrade\r\n",
                        "POST / HTTP/1.1\r\nHost: a\r\n"),
                good(
                        "GET / HTTP/1.1\r\nHost: a\r\nTE: trailers, gzip\r\nConnection: TE\r\n",
                        "GET / HTTP/1.1\r\nHost: a\r\nConnection: TE\r\nTE: trailers\r\n"),
                good(
                        "GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n",
                        "GET / HTTP/1.1\r\nHost: a\r\n"),
                good(
                        "POST / HTTP/1.1\r\n"
                                + "Host: a\r\n"
                                + "Content-Length: 1\r\n"
                                + "Expect: 100-Continue\r\n",
                        "POST / HTTP/1.1\r\n"
                                + "Host: a\r\n"
                                + "Content-Length: 1\r\n"
                                + "Expect: 100-Continue\r\n"));
    }

    private static Arguments good(String request, String sent) {
        return Arguments.of(request + "\r\n", sent + "\r\n");
    }

    @ParameterizedTest
    @MethodSource("good")
    void sendsOnWhatItUnderstood(String request, String sent) {
        RequestHead head = good(request + "rest of it");
        assertThat(parser.end()).isEqualTo(request.length());
        assertThat(encode(head)).isEqualTo(sent);
        assertThat(encode(head.copy())).isEqualTo(sent);
    }

    private static String encode(RequestHead head) {
        ByteBuf out = Http1Encoder.request(UnpooledByteBufAllocator.DEFAULT, head, 0);
        try {
            return out.toString(java.nio.charset.StandardCharsets.ISO_8859_1);
        } finally {
            out.release();
        }
    }

    @ParameterizedTest
    @MethodSource("good")
    void seesTheSameInEveryPrefix(String request, String sent) {
        for (int length = 0; length < request.length(); length++) {
            assertThat(parse(request.substring(0, length)))
                    .as("first %d bytes of %s", length, request)
                    .isEqualTo(Outcome.INCOMPLETE);
        }
    }

    static Stream<Arguments> bad() {
        return Stream.of(
                // request line
                bad(Failure.BAD_REQUEST, " GET / HTTP/1.1\r\n" + HOST),
                bad(Failure.BAD_REQUEST, "\r\n\r\nGET / HTTP/1.1\r\n" + HOST),
                bad(Failure.BAD_REQUEST, "\nGET / HTTP/1.1\r\n" + HOST),
                bad(Failure.BAD_REQUEST, "GET  / HTTP/1.1\r\n" + HOST),
                bad(Failure.BAD_REQUEST, "GET /  HTTP/1.1\r\n" + HOST),
                bad(Failure.BAD_REQUEST, "GET / HTTP/1.1 \r\n" + HOST),
                bad(Failure.BAD_REQUEST, "GET\t/ HTTP/1.1\r\n" + HOST),
                bad(Failure.BAD_REQUEST, "GET / \r\n" + HOST),
                bad(Failure.BAD_REQUEST, "GET /\r\n"),
                bad(Failure.BAD_REQUEST, "GET / HTTP/1.1\n" + HOST),
                bad(Failure.BAD_REQUEST, "GET / HTTP/1.1\r" + HOST),
                bad(Failure.BAD_REQUEST, "G(T / HTTP/1.1\r\n" + HOST),
                bad(Failure.BAD_REQUEST, "GET: / HTTP/1.1\r\n" + HOST),
                bad(Failure.BAD_REQUEST, "GET / http/1.1\r\n" + HOST),
                bad(Failure.BAD_REQUEST, "GET / HTTP/11\r\n" + HOST),
                bad(Failure.BAD_REQUEST, "GET / HTTP/1.11\r\n" + HOST),
                bad(Failure.BAD_REQUEST, "GET / HTTP/1,1\r\n" + HOST),
                bad(Failure.BAD_REQUEST, "GET / HTTPS/1.1\r\n" + HOST),
                bad(Failure.BAD_REQUEST, "GET / FTP/1.1\r\n" + HOST),
                bad(Failure.VERSION_UNSUPPORTED, "GET / HTTP/2.0\r\n" + HOST),
                bad(Failure.VERSION_UNSUPPORTED, "GET / HTTP/0.9\r\n" + HOST),
                bad(Failure.VERSION_UNSUPPORTED, "PRI * HTTP/2.0\r\n"),
                // target
                bad(Failure.BAD_REQUEST, "GET a HTTP/1.1\r\n" + HOST),
                bad(Failure.BAD_REQUEST, "GET * HTTP/1.1\r\n" + HOST),
                bad(Failure.BAD_REQUEST, "GET ?x HTTP/1.1\r\n" + HOST),
                bad(Failure.BAD_REQUEST, "GET /a#b HTTP/1.1\r\n" + HOST),
                bad(Failure.BAD_REQUEST, "GET /\u0001 HTTP/1.1\r\n" + HOST),
                bad(Failure.BAD_REQUEST, "GET /\u00e9 HTTP/1.1\r\n" + HOST),
                bad(Failure.BAD_REQUEST, "GET /\u007f HTTP/1.1\r\n" + HOST),
                bad(Failure.BAD_REQUEST, "GET /a b HTTP/1.1\r\n" + HOST),
                bad(Failure.BAD_REQUEST, "GET ftp://a/ HTTP/1.1\r\n" + HOST),
                bad(Failure.BAD_REQUEST, "GET a:80 HTTP/1.1\r\n" + HOST),
                bad(Failure.BAD_HOST, "GET http:/// HTTP/1.1\r\n" + HOST),
                bad(Failure.BAD_HOST, "GET http://u@b/ HTTP/1.1\r\n" + HOST),
                bad(Failure.BAD_HOST, "GET http://b:x/ HTTP/1.1\r\n" + HOST),
                bad(Failure.METHOD_REFUSED, "CONNECT a:80 HTTP/1.1\r\n" + HOST),
                bad(Failure.METHOD_REFUSED, "CONNECT / HTTP/1.1\r\n" + HOST),
                // fields
                bad(Failure.BAD_REQUEST, "GET / HTTP/1.1\r\nHost : a\r\n"),
                bad(Failure.BAD_REQUEST, "GET / HTTP/1.1\r\n Host: a\r\n"),
                bad(Failure.BAD_REQUEST, "GET / HTTP/1.1\r\n" + HOST + "A: b\r\n c\r\n"),
                bad(Failure.BAD_REQUEST, "GET / HTTP/1.1\r\n" + HOST + "A: b\r\n\tc\r\n"),
                bad(Failure.BAD_REQUEST, "GET / HTTP/1.1\r\n" + HOST + "A: b\n"),
                bad(Failure.BAD_REQUEST, "GET / HTTP/1.1\r\n" + HOST + "A: b\rC: d\r\n"),
                bad(Failure.BAD_REQUEST, "GET / HTTP/1.1\r\n" + HOST + "A: b\r\r\n"),
                bad(Failure.BAD_REQUEST, "GET / HTTP/1.1\r\n" + HOST + "\nA: b\r\n"),
                bad(Failure.BAD_REQUEST, "GET / HTTP/1.1\r\n" + HOST + "\rA: b\r\n"),
                bad(Failure.BAD_REQUEST, "GET / HTTP/1.1\r\n" + HOST + "A\r\n"),
                bad(Failure.BAD_REQUEST, "GET / HTTP/1.1\r\n" + HOST + ": b\r\n"),
                bad(Failure.BAD_REQUEST, "GET / HTTP/1.1\r\n" + HOST + "A b: c\r\n"),
                bad(Failure.BAD_REQUEST, "GET / HTTP/1.1\r\n" + HOST + "A\u0000: c\r\n"),
                bad(Failure.BAD_REQUEST, "GET / HTTP/1.1\r\n" + HOST + "A\u00e9: c\r\n"),
                bad(Failure.BAD_REQUEST, "GET / HTTP/1.1\r\n" + HOST + "A(: c\r\n"),
                bad(Failure.BAD_REQUEST, "GET / HTTP/1.1\r\n" + HOST + "A: b\u0000\r\n"),
                bad(Failure.BAD_REQUEST, "GET / HTTP/1.1\r\n" + HOST + "A: b\u0001c\r\n"),
                bad(Failure.BAD_REQUEST, "GET / HTTP/1.1\r\n" + HOST + "A: b\u007f\r\n"),
                bad(Failure.BAD_REQUEST, "GET / HTTP/1.1\r\n" + HOST + "A: \u000bb\r\n"),
                bad(Failure.HEAD_TOO_LARGE, "GET / HTTP/1.1\r\n" + HOST + "A: b\r\n".repeat(20)),
                // host
                bad(Failure.BAD_HOST, "GET / HTTP/1.1\r\n"),
                bad(Failure.BAD_HOST, "GET http://a/ HTTP/1.1\r\n"),
                bad(Failure.BAD_HOST, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n"),
                bad(Failure.BAD_HOST, "GET / HTTP/1.1\r\nHost: a\r\nhOST: b\r\n"),
                bad(Failure.BAD_HOST, "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n"),
                bad(Failure.BAD_HOST, "GET / HTTP/1.1\r\nHost:\r\n"),
                bad(Failure.BAD_HOST, "GET / HTTP/1.1\r\nHost: :80\r\n"),
                bad(Failure.BAD_HOST, "GET / HTTP/1.1\r\nHost: a b\r\n"),
                bad(Failure.BAD_HOST, "GET / HTTP/1.1\r\nHost: a,b\r\n"),
                bad(Failure.BAD_HOST, "GET / HTTP/1.1\r\nHost: a/b\r\n"),
                bad(Failure.BAD_HOST, "GET / HTTP/1.1\r\nHost: a@b\r\n"),
                bad(Failure.BAD_HOST, "GET / HTTP/1.1\r\nHost: http://a\r\n"),
                bad(Failure.BAD_HOST, "GET / HTTP/1.1\r\nHost: a:b\r\n"),
                bad(Failure.BAD_HOST, "GET / HTTP/1.1\r\nHost: a:1:2\r\n"),
                bad(Failure.BAD_HOST, "GET / HTTP/1.1\r\nHost: a:65536\r\n"),
                bad(Failure.BAD_HOST, "GET / HTTP/1.1\r\nHost: a:000080\r\n"),
                bad(Failure.BAD_HOST, "GET / HTTP/1.1\r\nHost: a:-1\r\n"),
                bad(Failure.BAD_HOST, "GET / HTTP/1.1\r\nHost: [::1\r\n"),
                bad(Failure.BAD_HOST, "GET / HTTP/1.1\r\nHost: [::1]a\r\n"),
                bad(Failure.BAD_HOST, "GET / HTTP/1.1\r\nHost: []\r\n"),
                bad(Failure.BAD_HOST, "GET / HTTP/1.1\r\nHost: [g::1]\r\n"),
                bad(Failure.BAD_HOST, "GET / HTTP/1.1\r\nHost: \u00e9\r\n"),
                // framing
                framing("Content-Length: 1\r\nContent-Length: 1\r\n"),
                framing("Content-Length: 1\r\nContent-Length: 2\r\n"),
                framing("Content-Length: 1, 1\r\n"),
                framing("Content-Length: 1,2\r\n"),
                framing("Content-Length:\r\n"),
                framing("Content-Length: +1\r\n"),
                framing("Content-Length: -1\r\n"),
                framing("Content-Length: 0x1\r\n"),
                framing("Content-Length: 1 1\r\n"),
                framing("Content-Length: 1.0\r\n"),
                framing("Content-Length: a\r\n"),
                framing("Content-Length: \"1\"\r\n"),
                framing("Content-Length: 1234567890123456789\r\n"),
                framing("Content-Length: 99999999999999999999999\r\n"),
                framing("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"),
                framing("Transfer-Encoding: chunked\r\nContent-Length: 1\r\n"),
                framing("Transfer-Encoding: identity\r\nContent-Length: 1\r\n"),
                framing("Transfer-Encoding:\r\n"),
                framing("Transfer-Encoding: chunked, chunked\r\n"),
                framing("Transfer-Encoding: chunked, gzip\r\n"),
                framing("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
                framing("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
                framing("Transfer-Encoding: chunked,\r\n"),
                framing("Transfer-Encoding: ,chunked\r\n"),
                framing("Transfer-Encoding: chunked;q=1\r\n"),
                framing("Transfer-Encoding: \"chunked\"\r\n"),
                framing("Transfer-Encoding: chun ked\r\n"),
                unknown("Transfer-Encoding: gzip\r\n"),
                unknown("Transfer-Encoding: identity\r\n"),
                unknown("Transfer-Encoding: xchunked\r\n"),
                unknown("Transfer-Encoding: gzip, chunked\r\n"),
                unknown("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"),
                bad(
                        Failure.BAD_FRAMING,
                        "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"));
    }

    private static Arguments bad(Failure failure, String request) {
        return Arguments.of(failure, request + "\r\n");
    }

    private static Arguments framing(String fields) {
        return bad(Failure.BAD_FRAMING, "POST / HTTP/1.1\r\nHost: a\r\n" + fields);
    }

    private static Arguments unknown(String fields) {
        return bad(Failure.TRANSFER_CODING_UNKNOWN, "POST / HTTP/1.1\r\nHost: a\r\n" + fields);
    }

    @ParameterizedTest
    @MethodSource("bad")
    void refusesWhatCouldBeUnderstoodDifferently(Failure failure, String request) {
        assertThat(parse(request)).as(request).isEqualTo(Outcome.BAD);
        assertThat(parser.failure()).isEqualTo(failure);
        // No prefix is taken for a whole request: whatever came first, it is refused in the end.
        for (int length = 0; length < request.length(); length++) {
            assertThat(parse(request.substring(0, length)))
                    .as("first %d bytes of %s", length, request)
                    .isNotEqualTo(Outcome.COMPLETE);
        }
    }

    @Test
    void knowsWhatTheHeadSays() {
        RequestHead head = good("HEAD /a/b?c=d HTTP/1.1\r\nHost: Shop.Example:8080\r\n\r\n");
        assertThat(head.path()).isEqualTo("/a/b");
        assertThat(head.query()).isEqualTo("?c=d");
        assertThat(head.host()).isEqualTo("shop.example");
        assertThat(head.authority()).isEqualTo("Shop.Example:8080");
        assertThat(head.method()).isEqualTo(io.sluice.dataplane.l7.message.Method.HEAD);
        assertThat(head.bodyLength()).isZero();
        assertThat(head.keepAlive()).isTrue();
        assertThat(parser.plainPath()).isTrue();

        assertThat(good("GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n").keepAlive())
                .isFalse();
        assertThat(good("GET / HTTP/1.0\r\n\r\n").keepAlive()).isFalse();
        assertThat(good("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keepAlive()).isTrue();
        assertThat(good("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n").keepAlive())
                .isFalse();
        assertThat(
                        good("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n\r\n")
                                .bodyLength())
                .isEqualTo(BodyLength.CHUNKED);
        head =
                good(
                        "POST / HTTP/1.1\r\n"
                                + "Host: a\r\n"
                                + "Content-Length: 7\r\n"
                                + "Expect: 100-continue\r\n\r\n");
        assertThat(head.bodyLength()).isEqualTo(7);
        assertThat(head.expectContinue()).isTrue();
        assertThat(good("GET /%41 HTTP/1.1\r\nHost: a\r\n\r\n").path()).isEqualTo("/%41");
        assertThat(parser.plainPath()).isFalse();
        good("GET /a/.b HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(parser.plainPath()).isFalse();
    }

    @Test
    void findsFieldsByNameInAnyCase() {
        RequestHead head =
                good(
                        "GET / HTTP/1.1\r\n"
                                + "Host: a\r\n"
                                + "cOOKIE: x=1\r\n"
                                + "X-Own:  v w \r\n"
                                + "cookie: y=2\r\n\r\n");
        int first = head.fields().find(HeaderName.COOKIE);
        assertThat(head.fields().valueText(first)).isEqualTo("x=1");
        int second = head.fields().findNext(HeaderName.COOKIE, first);
        assertThat(head.fields().valueText(second)).isEqualTo("y=2");
        assertThat(head.fields().findNext(HeaderName.COOKIE, second)).isNegative();
        assertThat(head.fields().valueText(HeaderName.of("x-own"))).isEqualTo("v w");
        assertThat(head.fields().contains(HeaderName.of("x-other"))).isFalse();
        assertThat(head.fields().contains(HeaderName.VIA)).isFalse();
    }

    @Test
    void boundsTheHead() {
        String line = "GET /" + "a".repeat(5000);
        assertThat(parse(line)).isEqualTo(Outcome.BAD);
        assertThat(parser.failure()).isEqualTo(Failure.URI_TOO_LONG);
        String field = "GET / HTTP/1.1\r\nHost: a\r\nX: " + "a".repeat(5000);
        assertThat(parse(field)).isEqualTo(Outcome.BAD);
        assertThat(parser.failure()).isEqualTo(Failure.HEAD_TOO_LARGE);
        String fits = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
        fits += "a".repeat(4096 - fits.length() - 4) + "\r\n\r\n";
        assertThat(fits).hasSize(4096);
        good(fits + "GET / HTTP");
        assertThat(parser.end()).isEqualTo(4096);
    }

    @Test
    void survivesGarbage() {
        Random random = new Random(7);
        byte[] seed =
                Ascii.bytes(
                        "POST /a/b?c HTTP/1.1\r\n"
                                + "Host: shop.example:80\r\n"
                                + "Content-Length: 10\r\n"
                                + "Connection: close, x\r\n"
                                + "Transfer-Encoding: chunked\r\n"
                                + "Upgrade: websocket\r\n"
                                + "TE: trailers\r\n"
                                + "X: y\r\n\r\n");
        for (int i = 0; i < 200_000; i++) {
            byte[] scratch = Arrays.copyOf(seed, SCRATCH_BYTES);
            for (int changes = random.nextInt(6); changes >= 0; changes--) {
                int at = random.nextInt(seed.length);
                scratch[at] =
                        random.nextBoolean()
                                ? (byte) random.nextInt(256)
                                : seed[random.nextInt(seed.length)];
            }
            if (parser.parse(scratch, seed.length, LIMITS) == Outcome.COMPLETE) {
                String sent = encode(parser.head());
                // What goes out is what a strict reader takes in, with the same meaning.
                long length = parser.head().bodyLength();
                String host = parser.head().host();
                assertThat(parse(sent)).as(sent).isEqualTo(Outcome.COMPLETE);
                assertThat(parser.end()).isEqualTo(sent.length());
                assertThat(parser.head().bodyLength()).isEqualTo(length);
                assertThat(parser.head().host()).isEqualTo(host);
            }
        }
    }
}
