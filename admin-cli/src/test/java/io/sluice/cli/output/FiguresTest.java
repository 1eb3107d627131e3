package io.sluice.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Instant;

class FiguresTest {
    @ParameterizedTest
    @CsvSource({
        "2026-11-21T12:00:00Z, 0s",
        "2026-11-21T12:00:07Z, 0s",
        "2026-11-21T11:58:01Z, 119s",
        "2026-11-21T11:58:00Z, 2m",
        "2026-11-21T10:00:00Z, 2h",
        "2026-11-19T12:00:00Z, 2d",
        "soon, soon"
    })
    void tellsAgesInOneUnit(String time, String age) {
        assertThat(Figures.age(time, Instant.parse("2026-11-21T12:00:00Z"))).isEqualTo(age);
    }

    @ParameterizedTest
    @CsvSource({"0, -", "870, 870us", "12300, 12.3ms", "250000, 250ms", "1200000, 1.20s"})
    void tellsLatencies(double micros, String text) {
        assertThat(Figures.latency(micros)).isEqualTo(text);
    }

    @Test
    void tellsRatesAndBytes() {
        assertThat(Figures.rate(0)).isEqualTo("0");
        assertThat(Figures.rate(0.44)).isEqualTo("0.44");
        assertThat(Figures.rate(1234.5)).isEqualTo("1235");
        assertThat(Figures.bytes(512)).isEqualTo("512B");
        assertThat(Figures.bytes(1536)).isEqualTo("1.5KiB");
        assertThat(Figures.bytes(20 * 1024 * 1024)).isEqualTo("20.0MiB");
    }
}
