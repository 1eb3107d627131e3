package io.sluice.dataplane.l7.codec.http2;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class WindowTest {
    @Test
    void aSendWindowGrowsUpToItsBound() {
        var window = new SendWindow(65_535);
        window.take(65_535);
        assertThat(window.available()).isZero();
        assertThat(window.grow(Integer.MAX_VALUE)).isTrue();
        assertThat(window.grow(1)).isFalse();
    }

    @Test
    void aChangedSettingMayMakeItNegative() {
        var window = new SendWindow(100);
        window.take(80);
        assertThat(window.adjust(100, 0)).isTrue();
        assertThat(window.available()).isEqualTo(-80);
        assertThat(window.grow(90)).isTrue();
        assertThat(window.available()).isEqualTo(10);
        assertThat(window.adjust(0, Integer.MAX_VALUE)).isFalse();
    }

    @Test
    void aReceiveWindowIsGivenBackInHalves() {
        var window = new ReceiveWindow(100);
        assertThat(window.receive(100)).isTrue();
        assertThat(window.receive(0)).isTrue();
        assertThat(window.release(49)).isZero();
        assertThat(window.release(2)).isEqualTo(51);
        assertThat(window.receive(51)).isTrue();
        assertThat(window.receive(1)).isFalse();
    }
}
