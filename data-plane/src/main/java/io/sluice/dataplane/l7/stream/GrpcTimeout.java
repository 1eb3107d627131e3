package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;

/**
 * How long a gRPC client waits, as the grpc-timeout of its request says: one to eight digits and a
 * unit (gRPC over HTTP/2, section Requests).
 */
final class GrpcTimeout {
    /** There is none, or one that breaks the grammar or is a year away: the upstream's to judge. */
    static final long NONE = 0;

    private static final HeaderName NAME = HeaderName.of("grpc-timeout");
    private static final int DIGITS_MAX = 8;
    private static final long DIGITS_LIMIT = 100_000_000;

    /** Who waits longer waits for ever. */
    private static final long NANOS_MAX = 365L * 24 * 3_600_000_000_000L;

    private GrpcTimeout() {}

    /** In nanoseconds, at least 1; or {@link #NONE}. */
    static long of(Fields fields) {
        int index = fields.find(NAME);
        if (index < 0) {
            return NONE;
        }
        byte[] bytes = fields.bytes();
        int start = fields.valueStart(index);
        int unit = fields.valueEnd(index) - 1;
        if (unit <= start || unit - start > DIGITS_MAX) {
            return NONE;
        }
        long number = 0;
        for (int i = start; i < unit; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return NONE;
            }
            number = number * 10 + bytes[i] - '0';
        }
        long unitNanos = unitNanos(bytes[unit]);
        return unitNanos == 0 || number > NANOS_MAX / unitNanos ? NONE : number * unitNanos;
    }

    private static long unitNanos(byte unit) {
        return switch (unit) {
            case 'H' -> 3_600_000_000_000L;
            case 'M' -> 60_000_000_000L;
            case 'S' -> 1_000_000_000L;
            case 'm' -> 1_000_000L;
            case 'u' -> 1_000L;
            case 'n' -> 1L;
            default -> 0;
        };
    }

    /** Says how long there is left, in the finest unit that holds it; never longer than it is. */
    static void set(Fields fields, long nanos) {
        char unit = 'n';
        long number = Math.max(nanos, 1);
        if (number >= DIGITS_LIMIT) {
            unit = 'u';
            number /= 1_000;
        }
        if (number >= DIGITS_LIMIT) {
            unit = 'm';
            number /= 1_000;
        }
        if (number >= DIGITS_LIMIT) {
            unit = 'S';
            number /= 1_000;
        }
        if (number >= DIGITS_LIMIT) {
            unit = 'M';
            number /= 60;
        }
        fields.set(NAME, Ascii.bytes(Long.toString(number) + unit));
    }
}
