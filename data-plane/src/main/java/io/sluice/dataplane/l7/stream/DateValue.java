package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.l7.message.Ascii;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The value of Date, made once a second (RFC 9110 section 5.6.7). Of its loop's thread. */
final class DateValue {
    private static final DateTimeFormatter IMF_FIXDATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
                    .withZone(ZoneOffset.UTC);
    private static final int SECOND_MILLIS = 1000;

    private final InstantSource clock;
    private long second = Long.MIN_VALUE;
    private byte[] value = new byte[0];

    DateValue(InstantSource clock) {
        this.clock = clock;
    }

    /** The current one; not to be changed. */
    byte[] now() {
        long current = Math.floorDiv(clock.millis(), SECOND_MILLIS);
        if (current != second) {
            second = current;
            value = Ascii.bytes(IMF_FIXDATE.format(Instant.ofEpochSecond(current)));
        }
        return value;
    }
}
