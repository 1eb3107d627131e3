package io.sluice.dataplane.l7.codec.http2;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class WindowTest {
    private static final long ROUND_TRIP_NANOS = 1_000;

    private long now = 5;

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

    @Test
    void aWindowGrowsWhereHalfOfItPassesWithinARoundTrip() {
        var growth = growth(1000);
        var window = new ReceiveWindow(100);
        assertThat(window.receive(100)).isTrue();
        // How long the first half took is not known.
        assertThat(window.release(50, growth)).isEqualTo(50);
        now += ROUND_TRIP_NANOS - 1;
        assertThat(window.release(50, growth)).isEqualTo(150);
        assertThat(window.receive(200)).isTrue();
        now += ROUND_TRIP_NANOS;
        assertThat(window.release(99, growth)).isZero();
        assertThat(window.release(1, growth)).isEqualTo(100);
    }

    @Test
    void windowsOfAConnectionGrowWithinItsBound() {
        var growth = growth(150);
        var first = new ReceiveWindow(100);
        var second = new ReceiveWindow(100);
        assertThat(step(first, 50, growth) + step(first, 50, growth)).isEqualTo(200);
        assertThat(step(second, 50, growth) + step(second, 50, growth)).isEqualTo(150);
        assertThat(step(second, 75, growth)).isEqualTo(75);
        growth.end(first);
        growth.end(first);
        assertThat(step(second, 75, growth)).isEqualTo(175);
    }

    @Test
    void aWindowGrowsUpToItsOwnBound() {
        var growth = growth(Integer.MAX_VALUE);
        int bytes = WindowGrowth.WINDOW_BYTES_MAX - 10;
        var window = new ReceiveWindow(bytes);
        int half = WindowGrowth.WINDOW_BYTES_MAX / 2;
        assertThat(step(window, half, growth)).isEqualTo(half);
        assertThat(step(window, half, growth)).isEqualTo(half + 10);
        assertThat(step(window, half, growth)).isEqualTo(half);
    }

    @Test
    void nothingGrowsBeforeTheRoundTripIsKnown() {
        var growth = new WindowGrowth(1000, () -> now);
        growth.announced();
        var window = new ReceiveWindow(100);
        assertThat(step(window, 50, growth) + step(window, 50, growth)).isEqualTo(100);
    }

    private static int step(ReceiveWindow window, int bytes, WindowGrowth growth) {
        assertThat(window.receive(bytes)).isTrue();
        return window.release(bytes, growth);
    }

    private WindowGrowth growth(int bytesMax) {
        var growth = new WindowGrowth(bytesMax, () -> now);
        growth.announced();
        now += ROUND_TRIP_NANOS;
        growth.acknowledged();
        return growth;
    }
}
