package io.sluice.controlplane.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.concurrent.TimeUnit;

class AdmissionTest {
    private long nowNanos;
    private final Admission admission = new Admission(10, 8, () -> nowNanos);

    private int admitted(int of, boolean hasConfiguration) {
        int admitted = 0;
        for (int i = 0; i < of; i++) {
            admitted += admission.admit(hasConfiguration) == 0 ? 1 : 0;
        }
        return admitted;
    }

    @Test
    void nodesWithoutConfigurationHaveAPartOfTheirOwn() {
        assertThat(admitted(100, true)).isEqualTo(6);
        assertThat(admitted(100, false)).isEqualTo(2);
    }

    @Test
    void letsInSoManyPerSecond() {
        admitted(100, false);
        nowNanos += TimeUnit.MILLISECONDS.toNanos(500);
        assertThat(admitted(100, false)).isEqualTo(5);
    }

    @Test
    void saysWhenToComeBack() {
        admitted(100, false);
        long millis = admission.admit(true);
        assertThat(millis).isEqualTo(300);
        nowNanos += TimeUnit.MILLISECONDS.toNanos(millis);
        assertThat(admission.admit(true)).isZero();
    }
}
