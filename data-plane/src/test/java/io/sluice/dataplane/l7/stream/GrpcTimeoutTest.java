package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The grammar of grpc-timeout. */
final class GrpcTimeoutTest {
    private static final HeaderName NAME = HeaderName.of("grpc-timeout");

    private static Fields fields(String value) {
        Fields fields = new Fields();
        fields.begin(new byte[64], 0);
        fields.add(NAME, Ascii.bytes(value));
        return fields;
    }

    @ParameterizedTest
    @CsvSource({
        "1n, 1",
        "99999999n, 99999999",
        "7u, 7000",
        "250m, 250000000",
        "5S, 5000000000",
        "2M, 120000000000",
        "3H, 10800000000000",
        "00000005S, 5000000000",
        "8760H, 31536000000000000",
    })
    void isANumberAndAUnit(String value, long nanos) {
        assertThat(GrpcTimeout.of(fields(value))).isEqualTo(nanos);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "5",
                "S",
                "-1S",
                "+1S",
                "1s",
                "1 S",
                "1.5S",
                "123456789n",
                "1SS",
                "0S",
                "8761H",
                "99999999H",
                "99999999M"
            })
    void bindsNobodyOtherwise(String value) {
        assertThat(GrpcTimeout.of(fields(value))).isEqualTo(GrpcTimeout.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "-5, 1n",
        "0, 1n",
        "99999999, 99999999n",
        "100000000, 100000u",
        "1234567891, 1234567u",
        "100000000000, 100000m",
        "100000000000000, 100000S",
        "31536000000000000, 31536000S",
    })
    void saysWhatIsLeftAndNeverMore(long nanos, String value) {
        Fields fields = fields("1H");
        GrpcTimeout.set(fields, nanos);
        assertThat(fields.valueText(NAME)).isEqualTo(value);
        assertThat(GrpcTimeout.of(fields)).isBetween(1L, Math.max(nanos, 1));
    }
}
