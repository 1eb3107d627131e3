package io.sluice.dataplane.l7.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.sluice.dataplane.l7.codec.RequestParser.Outcome;
import io.sluice.dataplane.l7.codec.ResponseParser.Answered;
import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.BodyLength;
import io.sluice.dataplane.l7.message.ResponseHead;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.Random;

@SuppressWarnings("StringConcatToTextBlock") // line breaks are the point
final class ResponseParserTest {
    private final ResponseParser parser = new ResponseParser();

    private Outcome parse(String text, Answered request) {
        byte[] bytes = Ascii.bytes(text);
        return parser.parse(bytes, bytes.length, HeadLimits.RESPONSE, request);
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP/1.1 200 OK, OTHER, -2",
        "HTTP/1.1 200, OTHER, -2",
        "HTTP/1.1 200 , OTHER, -2",
        "HTTP/1.0 200 OK, OTHER, -2",
        "HTTP/1.1 599 x y z, OTHER, -2",
        "HTTP/1.1 200 OK|Content-Length: 0, OTHER, 0",
        "HTTP/1.1 200 OK|content-length: 12, OTHER, 12",
        "HTTP/1.1 200 OK|Content-Length: 12, HEAD, 0",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked, OTHER, -1",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked, HEAD, 0",
        "HTTP/1.1 204 No Content, OTHER, 0",
        "HTTP/1.1 204 No Content|Content-Length: 5, OTHER, 0",
        "HTTP/1.1 304 Not Modified|Content-Length: 5, OTHER, 0",
        "HTTP/1.1 100 Continue, OTHER, 0",
        "HTTP/1.1 103 Early Hints|Link: </a>, OTHER, 0",
        "HTTP/1.1 101 Switching|Connection: Upgrade|Upgrade: WebSocket, UPGRADE, 0",
    })
    void knowsHowLongTheBodyIs(String lines, Answered request, long length) {
        String text = lines.replace("|", "\r\n") + "\r\n\r\n";
        assertThat(parse(text, request)).isEqualTo(Outcome.COMPLETE);
        assertThat(parser.end()).isEqualTo(text.length());
        assertThat(parser.head().bodyLength()).isEqualTo(length);
        for (int prefix = 0; prefix < text.length(); prefix++) {
            assertThat(parse(text.substring(0, prefix), request)).isEqualTo(Outcome.INCOMPLETE);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1  200 OK",
                "HTTP/1.1 20 OK",
                "HTTP/1.1 2000 OK",
                "HTTP/1.1 600 x",
                "HTTP/1.1 099 x",
                "HTTP/1.1 20a x",
                "HTTP/2.0 200 OK",
                "http/1.1 200 OK",
                "ICY 200 OK but not HTTP",
                " HTTP/1.1 200 OK",
                "HTTP/1.1 200 O\u0001K",
                "HTTP/1.1 200 OK\nA: b",
                "HTTP/1.1 200 OK|A: b| c",
                "HTTP/1.1 200 OK|A: b\u0000",
                "HTTP/1.1 200 OK|A: b\rc",
                "HTTP/1.1 200 OK|: b",
                "HTTP/1.1 200 OK|Content-Length: 1|Content-Length: 1",
                "HTTP/1.1 200 OK|Content-Length: 1, 1",
                "HTTP/1.1 200 OK|Content-Length: x",
                "HTTP/1.1 200 OK|Content-Length: -1",
                "HTTP/1.1 200 OK|Content-Length: 1|Transfer-Encoding: chunked",
                "HTTP/1.1 200 OK|Transfer-Encoding: gzip",
                "HTTP/1.1 200 OK|Transfer-Encoding: gzip, chunked",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked|Transfer-Encoding: chunked",
                "HTTP/1.0 200 OK|Transfer-Encoding: chunked",
                "HTTP/1.1 101 Switching|Connection: Upgrade|Upgrade: websocket",
            })
    void refusesWhatCouldBeUnderstoodDifferently(String lines) {
        String text = lines.replace("|", "\r\n") + "\r\n\r\n";
        assertThat(parse(text, Answered.OTHER)).isEqualTo(Outcome.BAD);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 101 Switching|Upgrade: websocket",
                "HTTP/1.1 101 Switching|Connection: Upgrade",
                "HTTP/1.1 101 Switching|Connection: Upgrade|Upgrade: h2c",
            })
    void refusesToSwitchToAnythingElse(String lines) {
        String text = lines.replace("|", "\r\n") + "\r\n\r\n";
        assertThat(parse(text, Answered.UPGRADE)).isEqualTo(Outcome.BAD);
    }

    @Test
    void boundsTheHead() {
        String text = "HTTP/1.1 200 OK\r\nA: " + "a".repeat(70_000);
        assertThat(parse(text, Answered.OTHER)).isEqualTo(Outcome.BAD);
        text = "HTTP/1.1 200 OK\r\n" + "A: b\r\n".repeat(501) + "\r\n";
        assertThat(parse(text, Answered.OTHER)).isEqualTo(Outcome.BAD);
    }

    @Test
    void sendsOnWhatItUnderstood() {
        parse(
                "HTTP/1.0 207 Multi Status\r\n"
                        + "Server: x\r\n"
                        + "Connection: x-y\r\n"
                        + "X-Y: 1\r\n"
                        + "Date: d\r\n"
                        + "A: b\r\n\r\n",
                Answered.OTHER);
        ResponseHead head = parser.head();
        assertThat(head.keepAlive()).isFalse();
        assertThat(head.bodyLength()).isEqualTo(BodyLength.UNTIL_CLOSE);
        ByteBuf out =
                Http1Encoder.response(
                        UnpooledByteBufAllocator.DEFAULT,
                        head,
                        true,
                        Http1Encoder.Persistence.CLOSE,
                        0);
        assertThat(out.toString(StandardCharsets.ISO_8859_1))
                .isEqualTo(
                        "HTTP/1.1 207 Multi Status\r\nServer: x\r\nDate: d\r\nA: b\r\n"
                                + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
        out.release();
    }

    @Test
    void survivesGarbage() {
        Random random = new Random(11);
        byte[] seed =
                Ascii.bytes(
                        "HTTP/1.1 200 OK\r\n"
                                + "Content-Length: 10\r\n"
                                + "Connection: close, x\r\n"
                                + "Transfer-Encoding: chunked\r\n"
                                + "X: y\r\n\r\n");
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = seed.clone();
            for (int changes = random.nextInt(5); changes >= 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            parser.parse(bytes, bytes.length, HeadLimits.RESPONSE, Answered.OTHER);
        }
    }
}
