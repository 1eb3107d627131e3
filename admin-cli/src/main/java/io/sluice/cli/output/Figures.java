package io.sluice.cli.output;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Numbers and times as a human reads them at a glance. */
public final class Figures {
    private Figures() {}

    /**
     * How long ago an RFC 3339 time was: {@code 12s}, {@code 5m}, {@code 3h}, {@code 9d}; "-" for
     * none.
     */
    public static String age(String time, Instant now) {
        if (time.isEmpty()) {
            return "-";
        }
        try {
            return age(Duration.between(Instant.parse(time), now));
        } catch (DateTimeException notATime) {
            return time;
        }
    }

    private static String age(Duration age) {
        long seconds = Math.max(0, age.toSeconds());
        if (seconds < 120) {
            return seconds + "s";
        }
        if (seconds < 120 * 60) {
            return seconds / 60 + "m";
        }
        if (seconds < 48 * 3600) {
            return seconds / 3600 + "h";
        }
        return seconds / 86400 + "d";
    }

    /** An RFC 3339 time to the second; any other text as it is. */
    public static String time(String time) {
        try {
            return Instant.parse(time).truncatedTo(ChronoUnit.SECONDS).toString();
        } catch (DateTimeException notATime) {
            return time;
        }
    }

    /** Microseconds: {@code 870us}, {@code 12.3ms}, {@code 1.20s}; "-" for none. */
    public static String latency(double micros) {
        if (micros <= 0) {
            return "-";
        }
        if (micros < 1000) {
            return Math.round(micros) + "us";
        }
        if (micros < 1_000_000) {
            return String.format(
                    Locale.ROOT, micros < 100_000 ? "%.1fms" : "%.0fms", micros / 1000);
        }
        return String.format(Locale.ROOT, "%.2fs", micros / 1_000_000);
    }

    /** A rate per second: {@code 0}, {@code 0.44}, {@code 12.5}, {@code 1234}. */
    public static String rate(double perSecond) {
        if (perSecond == 0) {
            return "0";
        }
        return String.format(
                Locale.ROOT, perSecond < 1 ? "%.2f" : perSecond < 100 ? "%.1f" : "%.0f", perSecond);
    }

    /** Bytes per second with a unit: {@code 512B}, {@code 1.5KiB}, {@code 20.0MiB}. */
    public static String bytes(double bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0
                ? Math.round(value) + units[0]
                : String.format(Locale.ROOT, "%.1f%s", value, units[unit]);
    }

    /** {@code 1 node}, {@code 2 nodes}. */
    public static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
