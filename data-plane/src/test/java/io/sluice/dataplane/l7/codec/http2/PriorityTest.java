package io.sluice.dataplane.l7.codec.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.l7.message.Ascii;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PriorityTest {
    @ParameterizedTest
    @CsvSource({
        "'', 3, false",
        "u=0, 0, false",
        "'u=7, i', 7, true",
        "'i, u=2', 2, true",
        "' i ,\tu=2 ', 2, true",
        "i=?1, 3, true",
        "i=?0, 3, false",
        "'i, i=?0', 3, false",
        "'u=1, u=5', 5, false",
        "'a=1, u=1;x=y, b=\"u=2, i\"', 1, false",
        "'c=\"\\\", u=4', 3, false",
        "u=8, 3, false",
        "u=-1, 3, false",
        "u=10, 3, false",
        "u, 3, false",
        "ii, 3, false",
        "'=;,\"', 3, false"
    })
    void readsUrgencyAndIncremental(String text, int urgency, boolean incremental) {
        byte[] value = Ascii.bytes(text);
        int priority = Priority.parse(value, 0, value.length);
        assertThat(Priority.urgency(priority)).isEqualTo(urgency);
        assertThat(Priority.incremental(priority)).isEqualTo(incremental);
    }
}
