package io.sluice.proto;

import java.util.OptionalLong;

/**
 * Sizes as people write them: {@code 512B}, {@code 64KiB}, {@code 1MiB}, {@code 2GiB}; a bare
 * number is bytes.
 */
public final class SizeText {
    private static final int DIGITS_MAX = 18;
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

    private SizeText() {}

    /** Bytes; empty if the text is no size. */
    public static OptionalLong parseBytes(String text) {
        int end = 0;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        int shift = shift(text.substring(end).strip());
        if (end == 0 || end > DIGITS_MAX || shift < 0) {
            return OptionalLong.empty();
        }
        long number = Long.parseLong(text.substring(0, end));
        if (number > Long.MAX_VALUE >> shift) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(number << shift);
    }

    /** The shortest text that means the same; sizes from nobody's unit stay bytes. */
    public static String format(long bytes) {
        int unit = 0;
        long number = bytes;
        while (number != 0 && number % 1024 == 0 && unit < UNITS.length - 1) {
            number /= 1024;
            unit++;
        }
        return number + UNITS[unit];
    }

    private static int shift(String unit) {
        return switch (unit) {
            case "", "B" -> 0;
            case "KiB" -> 10;
            case "MiB" -> 20;
            case "GiB" -> 30;
            case "TiB" -> 40;
            default -> -1;
        };
    }
}
