package io.sluice.dataplane.telemetry;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** Prometheus' text format 0.0.4, written line by line. One thread. */
public final class MetricsText {
    private final StringBuilder text = new StringBuilder(16 * 1024);
    private final Set<String> described = new HashSet<>();

    /** A value that only grows; {@code labels} are names and values in turn. */
    public MetricsText counter(String name, String help, long value, String... labels) {
        return sample(name, "counter", help, Long.toString(value), labels);
    }

    /** Seconds that only grow, from microseconds. */
    public MetricsText secondsCounter(String name, String help, long micros, String... labels) {
        return sample(name, "counter", help, seconds(micros), labels);
    }

    /** A value that goes up and down. */
    public MetricsText gauge(String name, String help, long value, String... labels) {
        return sample(name, "gauge", help, Long.toString(value), labels);
    }

    /** A histogram of seconds with fixed bounds, from one of microseconds. */
    public MetricsText histogram(
            String name, String help, LatencyHistogram histogram, String... labels) {
        describe(name, "histogram", help);
        long[] cumulated = LatencyBounds.cumulated(histogram);
        for (int i = 0; i < LatencyBounds.SECONDS.length; i++) {
            String bound = number(LatencyBounds.SECONDS[i]);
            line(name + "_bucket", Long.toString(cumulated[i]), with(labels, "le", bound));
        }
        String count = Long.toString(histogram.count());
        line(name + "_bucket", count, with(labels, "le", "+Inf"));
        line(name + "_sum", seconds(histogram.sumMicros()), labels);
        line(name + "_count", count, labels);
        return this;
    }

    /** Lines of the same format made elsewhere. */
    public MetricsText raw(String lines) {
        text.append(lines);
        return this;
    }

    @Override
    public String toString() {
        return text.toString();
    }

    private MetricsText sample(
            String name, String type, String help, String value, String... labels) {
        describe(name, type, help);
        line(name, value, labels);
        return this;
    }

    private void describe(String name, String type, String help) {
        if (described.add(name)) {
            text.append("# HELP ").append(name).append(' ').append(help).append('\n');
            text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        }
    }

    private void line(String name, String value, String... labels) {
        text.append(name);
        for (int i = 0; i < labels.length; i += 2) {
            text.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
            escape(labels[i + 1]);
            text.append('"');
        }
        text.append(labels.length == 0 ? " " : "} ").append(value).append('\n');
    }

    private void escape(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> text.append("\\\\");
                case '"' -> text.append("\\\"");
                case '\n' -> text.append("\\n");
                default -> text.append(c);
            }
        }
    }

    private static String seconds(long micros) {
        return number(micros / 1e6);
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    private static String[] with(String[] labels, String name, String value) {
        String[] more = Arrays.copyOf(labels, labels.length + 2);
        more[labels.length] = name;
        more[labels.length + 1] = value;
        return more;
    }
}
