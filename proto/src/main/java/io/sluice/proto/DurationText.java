package io.sluice.proto;

import com.google.protobuf.Duration;

import java.util.Optional;

/**
 * Durations as people write them: {@code 1.5s}, {@code 500ms}, {@code 5m}, {@code 1h}, and parts in
 * a row such as {@code 1h30m}. Units are {@code ns us ms s m h d}; a bare 0 needs none.
 */
public final class DurationText {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final int DIGITS_MAX = 18;

    private DurationText() {}

    /**
     * What a text means; empty if it is no duration, is negative, or is longer than {@link
     * Limits#DURATION_HOURS_MAX}.
     */
    public static Optional<Duration> parse(String text) {
        if (text.equals("0")) {
            return Optional.of(Duration.getDefaultInstance());
        }
        long nanos = parseNanos(text);
        if (nanos < 0) {
            return Optional.empty();
        }
        return Optional.of(
                Duration.newBuilder()
                        .setSeconds(nanos / NANOS_PER_SECOND)
                        .setNanos((int) (nanos % NANOS_PER_SECOND))
                        .build());
    }

    /** Like {@link #parse}, for options. */
    public static Optional<java.time.Duration> parseJava(String text) {
        return parse(text).map(DurationText::toJava);
    }

    /**
     * The shortest text that means the same: {@code 90s} is {@code 90s}, {@code 120s} is {@code
     * 2m}.
     */
    public static String format(Duration duration) {
        long seconds = duration.getSeconds();
        int nanos = duration.getNanos();
        if (nanos != 0) {
            return formatFraction(seconds, nanos);
        }
        if (seconds != 0 && seconds % 3600 == 0) {
            return seconds / 3600 + "h";
        }
        if (seconds != 0 && seconds % 60 == 0) {
            return seconds / 60 + "m";
        }
        return seconds + "s";
    }

    /** Like {@link #format(Duration)}. */
    public static String format(java.time.Duration duration) {
        return format(
                Duration.newBuilder()
                        .setSeconds(duration.getSeconds())
                        .setNanos(duration.getNano())
                        .build());
    }

    /** The same length of time as the JDK's type. */
    public static java.time.Duration toJava(Duration duration) {
        return java.time.Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
    }

    /** Nanoseconds; {@link Long#MAX_VALUE} where they do not fit. */
    public static long toNanos(Duration duration) {
        if (duration.getSeconds() > Long.MAX_VALUE / NANOS_PER_SECOND - 1) {
            return Long.MAX_VALUE;
        }
        return duration.getSeconds() * NANOS_PER_SECOND + duration.getNanos();
    }

    private static String formatFraction(long seconds, int nanos) {
        if (seconds == 0 && nanos % 1_000_000 == 0) {
            return nanos / 1_000_000 + "ms";
        }
        if (seconds == 0 && nanos % 1_000 == 0) {
            return nanos / 1_000 + "us";
        }
        if (seconds == 0) {
            return nanos + "ns";
        }
        String fraction = Long.toString(NANOS_PER_SECOND + nanos).substring(1);
        int end = fraction.length();
        while (fraction.charAt(end - 1) == '0') {
            end--;
        }
        return seconds + "." + fraction.substring(0, end) + "s";
    }

    /** Nanoseconds, or -1 for a text that is no duration. */
    private static long parseNanos(String text) {
        long max = Limits.DURATION_HOURS_MAX * 3600L * NANOS_PER_SECOND;
        long total = 0;
        int at = 0;
        if (text.isEmpty()) {
            return -1;
        }
        while (at < text.length()) {
            int numberEnd = at;
            while (numberEnd < text.length() && isNumberChar(text.charAt(numberEnd))) {
                numberEnd++;
            }
            int unitEnd = numberEnd;
            while (unitEnd < text.length() && isLetter(text.charAt(unitEnd))) {
                unitEnd++;
            }
            long part =
                    partNanos(
                            text.substring(at, numberEnd),
                            unitNanos(text.substring(numberEnd, unitEnd)),
                            max);
            if (part < 0 || total + part > max) {
                return -1;
            }
            total += part;
            at = unitEnd;
        }
        return total;
    }

    private static long partNanos(String number, long unitNanos, long max) {
        int dot = number.indexOf('.');
        String whole = dot < 0 ? number : number.substring(0, dot);
        String fraction = dot < 0 ? "" : number.substring(dot + 1);
        boolean halfWritten = whole.isEmpty() || (dot >= 0 && fraction.isEmpty());
        if (unitNanos < 0
                || halfWritten
                || whole.length() > DIGITS_MAX
                || fraction.indexOf('.') >= 0) {
            return -1;
        }
        long units = Long.parseLong(whole);
        if (units > max / unitNanos) {
            return -1;
        }
        long nanos = units * unitNanos;
        long scale = unitNanos;
        for (int i = 0; i < fraction.length(); i++) {
            if (scale % 10 != 0 && fraction.charAt(i) != '0') {
                // Finer than a nanosecond for short units, or not exact for m, h and d: days are
                // 8.64e13 ns, so
                // fourteen decimal places divide evenly and more do not matter to anyone.
                return -1;
            }
            scale /= 10;
            nanos += scale * (fraction.charAt(i) - '0');
        }
        return nanos;
    }

    private static long unitNanos(String unit) {
        return switch (unit) {
            case "ns" -> 1;
            case "us" -> 1_000;
            case "ms" -> 1_000_000;
            case "s" -> NANOS_PER_SECOND;
            case "m" -> 60 * NANOS_PER_SECOND;
            case "h" -> 3600 * NANOS_PER_SECOND;
            case "d" -> 24 * 3600 * NANOS_PER_SECOND;
            default -> -1;
        };
    }

    private static boolean isNumberChar(char c) {
        return (c >= '0' && c <= '9') || c == '.';
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z';
    }
}
