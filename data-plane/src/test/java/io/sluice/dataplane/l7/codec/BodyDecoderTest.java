package io.sluice.dataplane.l7.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.BodyLength;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.Random;

@SuppressWarnings("StringConcatToTextBlock") // line breaks are the point
final class BodyDecoderTest {
    private final BodyDecoder decoder = new BodyDecoder();

    private int take(String text, @Nullable ByteBuf content) {
        ByteBuf in = Unpooled.wrappedBuffer(Ascii.bytes(text));
        return decoder.take(in, content);
    }

    @ParameterizedTest
    @CsvSource({
        "'0\r\n\r\n', ''",
        "'5\r\nhello\r\n0\r\n\r\n', hello",
        "'5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n', hello world",
        "'0005\r\nhello\r\n000\r\n\r\n', hello",
        "'a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n', 01234567890123456789",
        "'5;a=b;c=\"d e\"\r\nhello\r\n0;x\r\n\r\n', hello",
        "'1\r\n\r\r\n1\r\n\n\r\n0\r\n\r\n', '\r\n'",
        "'5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-Other:  2 \r\n\r\n', hello",
    })
    void findsTheEndOfChunksWhereverTheyAreSplit(String body, String content) {
        for (int split = 0; split <= body.length(); split++) {
            decoder.start(BodyLength.CHUNKED);
            ByteBuf out = Unpooled.buffer();
            String first = body.substring(0, split);
            assertThat(take(first, out)).isEqualTo(first.length());
            String second = body.substring(split);
            assertThat(decoder.done()).isEqualTo(second.isEmpty());
            assertThat(take(second + "GET / next", out)).isEqualTo(second.length());
            assertThat(decoder.done()).isTrue();
            assertThat(out.toString(StandardCharsets.ISO_8859_1)).isEqualTo(content);
            assertThat(decoder.received()).isEqualTo(content.length());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\n",
                "\n",
                " 5\r\nhello\r\n",
                "5 \r\nhello\r\n",
                "5\t\r\nhello\r\n",
                "5\nhello\r\n",
                "5\rhello\r\n",
                "5\r\nhello",
                "5\r\nhello\n0\r\n\r\n",
                "5\r\nhelloo\r\n",
                "g\r\n",
                "0x5\r\nhello\r\n",
                "+5\r\nhello\r\n",
                "-5\r\nhello\r\n",
                ";a\r\n",
                "5;a\nhello\r\n",
                "5;a\rb\r\nhello\r\n",
                "5;\u0000\r\nhello\r\n",
                "ffffffffffffffff\r\n",
                "0000000000000000\r\n",
                "0\r\n\n",
                "0\r\n\rX",
                "0\n\r\n",
                "0\r\nX-Sum: 1\n\r\n",
                "0\r\nX-Sum : 1\r\n\r\n",
                "0\r\n X: 1\r\n\r\n",
                "0\r\nX: 1\r\n y\r\n\r\n",
                "0\r\nX\r\n\r\n",
                "0\r\nContent-Length: 5\r\n\r\n",
                "0\r\nTransfer-Encoding: chunked\r\n\r\n",
                "0\r\nHost: b\r\n\r\n",
                "0\r\nX: a\u0000\r\n\r\n",
                "0\r\nX: a\r\n\n",
                "0\r\nGET / HTTP/1.1\r\n\r\n"
            })
    void refusesBadChunks(String body) {
        for (int split = 0; split < body.length(); split++) {
            decoder.start(BodyLength.CHUNKED);
            String text = body + "!!!!\r\n";
            boolean bad = take(text.substring(0, split), Unpooled.buffer()) < 0;
            bad = bad || take(text.substring(split), Unpooled.buffer()) < 0;
            assertThat(bad).as("split at %d", split).isTrue();
            assertThat(decoder.done()).isFalse();
        }
    }

    @Test
    void boundsExtensionsAndTrailers() {
        decoder.start(BodyLength.CHUNKED);
        assertThat(take("1;" + "e".repeat(ChunkedDecoder.EXTENSION_BYTES_MAX) + "\r\na\r\n", null))
                .isPositive();
        assertThat(take("1;" + "e".repeat(ChunkedDecoder.EXTENSION_BYTES_MAX + 1), null))
                .isEqualTo(BodyDecoder.BAD);
        decoder.start(BodyLength.CHUNKED);
        int taken = 0;
        int chunks = 0;
        while (taken >= 0) {
            taken = take("1;" + "e".repeat(100) + "\r\na\r\n", null);
            chunks++;
        }
        assertThat(chunks).isEqualTo(ChunkedDecoder.EXTENSIONS_BYTES_MAX / 100 + 1);
        decoder.start(BodyLength.CHUNKED);
        assertThat(take("0\r\n" + "A: b\r\n".repeat(2000) + "\r\n", null))
                .isEqualTo(BodyDecoder.BAD);
        decoder.start(BodyLength.CHUNKED);
        assertThat(take("0\r\n" + "A: b\r\n".repeat(101) + "\r\n", null))
                .isEqualTo(BodyDecoder.BAD);
    }

    @Test
    void countsOtherBodies() {
        decoder.start(5);
        assertThat(take("abc", null)).isEqualTo(3);
        assertThat(decoder.done()).isFalse();
        assertThat(take("defgh", null)).isEqualTo(2);
        assertThat(decoder.done()).isTrue();
        decoder.start(0);
        assertThat(decoder.done()).isTrue();
        decoder.start(BodyLength.UNTIL_CLOSE);
        assertThat(take("abc", null)).isEqualTo(3);
        assertThat(decoder.done()).isFalse();
    }

    @Test
    void survivesGarbage() {
        Random random = new Random(3);
        byte[] seed = Ascii.bytes("5;a=b\r\nhello\r\nA\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n");
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = seed.clone();
            for (int changes = random.nextInt(4); changes >= 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            decoder.start(BodyLength.CHUNKED);
            int taken = decoder.take(Unpooled.wrappedBuffer(bytes));
            assertThat(taken).isBetween(-1, bytes.length);
        }
    }

    @Test
    void letsNoTrailerPassBeforeAllAreThere() {
        String chunks = "5\r\nhello\r\n0\r\n";
        String section = "X-Sum: 1\r\nX-Other: 2\r\n\r\n";
        String body = chunks + section;
        for (int split = 0; split < body.length(); split++) {
            decoder.start(BodyLength.CHUNKED);
            take(body.substring(0, split), null);
            int withheld = Math.max(0, split - chunks.length());
            assertThat(decoder.withheld()).isEqualTo(withheld);
            assertThat(decoder.withheldBefore()).isZero();
            take(body.substring(split), null);
            assertThat(decoder.done()).isTrue();
            assertThat(decoder.withheld()).isZero();
            assertThat(decoder.withheldBefore()).isEqualTo(withheld);
            ByteBuf out = Unpooled.buffer();
            decoder.writeWithheldBefore(out);
            assertThat(out.toString(StandardCharsets.ISO_8859_1))
                    .isEqualTo(section.substring(0, withheld));
        }
    }
}
