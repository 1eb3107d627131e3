package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.Random;

final class Base64DecoderTest {
    private final Base64Decoder decoder = new Base64Decoder();

    @Test
    void decodesPaddedPiecesHoweverTheyAreCut() {
        var random = new Random(7);
        for (int round = 0; round < 2_000; round++) {
            var content = new ByteArrayOutputStream();
            var text = new ByteArrayOutputStream();
            for (int piece = random.nextInt(4); piece >= 0; piece--) {
                byte[] bytes = new byte[random.nextInt(9)];
                random.nextBytes(bytes);
                content.writeBytes(bytes);
                text.writeBytes(Base64.getEncoder().encode(bytes));
            }
            ByteBuf in = Unpooled.wrappedBuffer(text.toByteArray());
            ByteBuf out = Unpooled.buffer();
            decoder.start();
            while (in.isReadable()) {
                ByteBuf cut = in.readSlice(1 + random.nextInt(in.readableBytes()));
                int most = decoder.bytesMax(cut.readableBytes());
                int before = out.readableBytes();
                assertThat(decoder.decode(cut, out)).isTrue();
                assertThat(out.readableBytes() - before).isLessThanOrEqualTo(most);
            }
            assertThat(decoder.complete()).isTrue();
            assertThat(ByteBufUtil.getBytes(out)).isEqualTo(content.toByteArray());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"=", "A===", "AA=A", "AAA=A===", "A A=", "AA-_", "AAAA\n", "\u00e9AAA"})
    void refusesWhatIsNone(String text) {
        decoder.start();
        boolean good = decoder.decode(Unpooled.copiedBuffer(text, ISO_8859_1), Unpooled.buffer());
        assertThat(good).isFalse();
    }

    @Test
    void isNotCompleteWithinAGroup() {
        decoder.start();
        assertThat(decoder.decode(Unpooled.copiedBuffer("AAAAAA", ISO_8859_1), Unpooled.buffer()))
                .isTrue();
        assertThat(decoder.complete()).isFalse();
    }
}
