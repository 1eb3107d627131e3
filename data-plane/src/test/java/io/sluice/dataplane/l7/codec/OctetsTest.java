package io.sluice.dataplane.l7.codec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

final class OctetsTest {
    @Test
    void aValueIsGoodIfEachOfItsBytesIs() {
        for (int length = 0; length < 40; length++) {
            byte[] bytes = new byte[length + 2];
            Arrays.fill(bytes, (byte) 'v');
            // Outside the range.
            bytes[0] = 0;
            bytes[length + 1] = 0;
            assertThat(Octets.values(bytes, 1, length + 1)).isTrue();
            for (int at = 1; at <= length; at++) {
                for (int b = 0; b < 256; b++) {
                    bytes[at] = (byte) b;
                    assertThat(Octets.values(bytes, 1, length + 1))
                            .isEqualTo(Octets.value((byte) b));
                }
                bytes[at] = 'v';
            }
        }
    }

    @Test
    void aTabHidesNothing() {
        byte[] bytes = "\t\u00e9\u007f\tvvvv".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(Octets.values(bytes, 0, bytes.length)).isFalse();
        bytes[2] = 'v';
        assertThat(Octets.values(bytes, 0, bytes.length)).isTrue();
        bytes[7] = '\r';
        assertThat(Octets.values(bytes, 0, bytes.length)).isFalse();
    }
}
