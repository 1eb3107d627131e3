package io.sluice.dataplane.l7.codec.http2;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class FloodGuardTest {
    private static final long SECOND = 1_000_000_000L;
    private final FloodGuard guard = new FloodGuard(Http2Limits.DEFAULT, 5);
    private long now = 5;

    private boolean resets(int times) {
        for (int i = 0; i < times; i++) {
            if (guard.streamReset(now) != ErrorCode.NONE) {
                return false;
            }
        }
        return true;
    }

    @Test
    void rapidResetsAreTooMuchAtOnce() {
        assertThat(resets(200)).isTrue();
        assertThat(resets(1)).isFalse();
    }

    @Test
    void bucketsLeak() {
        assertThat(resets(200)).isTrue();
        now += SECOND;
        // a tenth of the window
        assertThat(resets(20)).isTrue();
        assertThat(resets(1)).isFalse();
    }

    @Test
    void aSteadyRateBelowTheBoundPasses() {
        for (int i = 0; i < 100; i++) {
            now += SECOND;
            assertThat(resets(19)).isTrue();
        }
    }

    @Test
    void aPauseLeaksNoMoreThanTheBucketHeld() {
        now += 1_000 * SECOND;
        assertThat(resets(200)).isTrue();
        assertThat(resets(201)).isFalse();
    }

    @Test
    void streamsThatEndWellPayForResets() {
        for (int i = 0; i < 10_000; i++) {
            assertThat(resets(1)).isTrue();
            guard.streamCompleted();
        }
        assertThat(resets(200)).isTrue();
    }

    @Test
    void sentDataPaysForWindowUpdatesAndPings() {
        for (int i = 0; i < 10_000; i++) {
            assertThat(guard.frame(FrameType.WINDOW_UPDATE, 0, 4, now)).isEqualTo(ErrorCode.NONE);
            assertThat(guard.frame(FrameType.PING, 0, 8, now)).isEqualTo(ErrorCode.NONE);
            guard.dataSent(1);
        }
    }

    @Test
    void longSettingsCountForMore() {
        assertThat(guard.frame(FrameType.SETTINGS, 0, 96 * 31, now)).isEqualTo(ErrorCode.NONE);
        assertThat(guard.frame(FrameType.SETTINGS, 0, 0, now))
                .isEqualTo(ErrorCode.ENHANCE_YOUR_CALM);
    }

    @Test
    void framesThatDoSomethingAreFree() {
        for (int i = 0; i < 10_000; i++) {
            assertThat(guard.frame(FrameType.DATA, 0, 1, now)).isEqualTo(ErrorCode.NONE);
            assertThat(guard.frame(FrameType.DATA, FrameType.END_STREAM, 0, now))
                    .isEqualTo(ErrorCode.NONE);
            assertThat(guard.frame(FrameType.HEADERS, FrameType.END_HEADERS, 0, now))
                    .isEqualTo(ErrorCode.NONE);
        }
    }
}
