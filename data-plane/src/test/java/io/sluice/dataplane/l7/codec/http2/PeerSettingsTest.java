package io.sluice.dataplane.l7.codec.http2;

import static io.sluice.dataplane.l7.codec.http2.HpackTexts.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PeerSettingsTest {
    private static int apply(PeerSettings settings, String hex) {
        byte[] payload = bytes(hex);
        return settings.apply(payload, 0, payload.length);
    }

    @Test
    void takesWhatThePeerSays() {
        var settings = new PeerSettings(false);
        assertThat(settings.initialWindow()).isEqualTo(65_535);
        assertThat(settings.frameBytesMax()).isEqualTo(16_384);
        String all =
                "000100000064 000200000000 000300000007 000400010000 000500100000 000600002000"
                        + "000800000001 000900000001 00ff12345678";
        assertThat(apply(settings, all)).isEqualTo(ErrorCode.NONE);
        assertThat(settings.headerTableBytes()).isEqualTo(100);
        assertThat(settings.streamsMax()).isEqualTo(7);
        assertThat(settings.initialWindow()).isEqualTo(65_536);
        assertThat(settings.frameBytesMax()).isEqualTo(1 << 20);
        assertThat(settings.headerListBytesMax()).isEqualTo(8_192);
        assertThat(settings.connectProtocol()).isTrue();
        // unsigned numbers beyond an int
        assertThat(apply(settings, "0003ffffffff")).isEqualTo(ErrorCode.NONE);
        assertThat(settings.streamsMax()).isEqualTo(Integer.MAX_VALUE);
    }

    @ParameterizedTest
    @CsvSource({
        "000200000002, 1",
        "000480000000, 3",
        "000500003fff, 1",
        "000501000000, 1",
        "000800000002, 1",
        "000800000001000800000000, 1",
        "000900000002, 1"
    })
    void refusesBadValues(String hex, int error) {
        assertThat(apply(new PeerSettings(false), hex)).isEqualTo(error);
    }

    @Test
    void aServerMayNotEnablePush() {
        assertThat(apply(new PeerSettings(false), "000200000001")).isEqualTo(ErrorCode.NONE);
        assertThat(apply(new PeerSettings(true), "000200000001"))
                .isEqualTo(ErrorCode.PROTOCOL_ERROR);
    }
}
