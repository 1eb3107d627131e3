package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.l7.message.Ascii;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

final class DateValueTest {
    @Test
    void isMadeOnceASecond() {
        // The example of RFC 9110 section 5.6.7.
        AtomicLong millis =
                new AtomicLong(Instant.parse("1994-11-06T08:49:37.999Z").toEpochMilli());
        DateValue date = new DateValue(() -> Instant.ofEpochMilli(millis.get()));
        byte[] first = date.now();
        assertThat(first).isEqualTo(Ascii.bytes("Sun, 06 Nov 1994 08:49:37 GMT"));
        assertThat(date.now()).isSameAs(first);
        millis.incrementAndGet();
        assertThat(date.now()).isEqualTo(Ascii.bytes("Sun, 06 Nov 1994 08:49:38 GMT"));
        millis.decrementAndGet();
        assertThat(date.now()).isEqualTo(first);
    }
}
