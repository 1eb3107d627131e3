package io.sluice.dataplane.l7.codec.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.l7.message.Ascii;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;

final class HuffmanTest {
    private static byte[] encode(byte[] bytes) {
        byte[] out = new byte[Huffman.encodedBytes(bytes, 0, bytes.length)];
        assertThat(Huffman.encode(bytes, 0, bytes.length, out, 0)).isEqualTo(out.length);
        return out;
    }

    private static byte[] decode(byte[] coded) {
        byte[] out = new byte[Huffman.decodedBytesMax(coded.length)];
        int end = Huffman.decode(coded, 0, coded.length, out, 0);
        assertThat(end).isNotEqualTo(Huffman.BAD);
        return Arrays.copyOf(out, end);
    }

    /** Strings of RFC 7541 appendix C. */
    @ParameterizedTest
    @CsvSource({
        "www.example.com, f1e3c2e5f23a6ba0ab90f4ff",
        "no-cache, a8eb10649cbf",
        "custom-key, 25a849e95ba97d7f",
        "custom-value, 25a849e95bb8e8b4bf",
        "302, 6402",
        "private, aec3771a4b",
        "'Mon, 21 Oct 2013 20:13:21 GMT', d07abe941054d444a8200595040b8166e082a62d1bff",
        "https://www.example.com, 9d29ad171863c78f0b97c8e9ae82ae43d3"
    })
    void codesAsTheRfcShows(String text, String coded) {
        assertThat(HexFormat.of().formatHex(encode(Ascii.bytes(text)))).isEqualTo(coded);
        assertThat(decode(HexFormat.of().parseHex(coded))).isEqualTo(Ascii.bytes(text));
    }

    @Test
    void everyByteComesBack() {
        for (int first = 0; first < 256; first++) {
            for (int second = 0; second < 256; second++) {
                byte[] bytes = {(byte) first, (byte) second};
                assertThat(decode(encode(bytes))).isEqualTo(bytes);
            }
        }
    }

    @Test
    void anyBytesComeBack() {
        var random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            assertThat(decode(encode(bytes))).isEqualTo(bytes);
        }
    }

    @Test
    void saysWhenThereIsNoRoom() {
        var random = new Random(2);
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = new byte[random.nextInt(60)];
            random.nextBytes(bytes);
            byte[] coded = encode(bytes);
            byte[] out = new byte[coded.length + 3];
            int end = coded.length + 1;
            assertThat(Huffman.encode(bytes, 0, bytes.length, out, 1, end)).isEqualTo(end);
            assertThat(Arrays.copyOfRange(out, 1, end)).isEqualTo(coded);
            assertThat(out).endsWith(0, 0);
            if (coded.length > 0) {
                assertThat(Huffman.encode(bytes, 0, bytes.length, out, 1, end - 1))
                        .isEqualTo(Huffman.BAD);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // end of string within, and at the end
                "3fffffff",
                "ffffffff",
                "1fffffffff",
                // padding of 8 bits and more
                "1fff",
                "ff",
                "ffff",
                // padding that is not all ones: 'a' is 00011
                "18",
                "1e",
                // a long code that is cut
                "fffffe"
            })
    void refusesWhatIsNoCode(String coded) {
        byte[] bytes = HexFormat.of().parseHex(coded);
        byte[] out = new byte[64];
        assertThat(Huffman.decode(bytes, 0, bytes.length, out, 0)).isEqualTo(Huffman.BAD);
    }

    @Test
    void lettersAreLoweredOnTheWay() {
        byte[] mixed = Ascii.bytes("X-Request-ID");
        byte[] lower = Ascii.bytes("x-request-id");
        byte[] out = new byte[Huffman.encodedLowerBytes(mixed, 0, mixed.length)];
        int end = Huffman.encodeLower(mixed, 0, mixed.length, out, 0);
        assertThat(end).isEqualTo(out.length);
        assertThat(out).isEqualTo(encode(lower));
    }
}
