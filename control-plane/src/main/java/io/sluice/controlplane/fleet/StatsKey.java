package io.sluice.controlplane.fleet;

import java.util.Comparator;

/** What counts are kept by: a listener; a route, rule and cluster; a cluster and endpoint. */
public record StatsKey(Family family, String first, String second, String third)
        implements Comparable<StatsKey> {
    private static final Comparator<StatsKey> ORDER =
            Comparator.comparing(StatsKey::family)
                    .thenComparing(StatsKey::first)
                    .thenComparing(StatsKey::second)
                    .thenComparing(StatsKey::third);

    /** A sort of key, with the number of its counters. */
    public enum Family {
        /**
         * accepted, refused, bytesIn, bytesOut, requests, requestsRefused, datagrams in, out and
         * dropped, sessions displaced, connections denied and tarpitted, handshakes, those resumed,
         * failed, timed out, and in TLS 1.3, server names missed, WebSockets, their bytes in and
         * out, open (level).
         */
        LISTENER(22, true),
        /** requests, 1xx to 5xx, failures, retries, bytesIn, bytesOut. */
        ROUTE(10, false),
        /** requests, opened, connectFailures, failures, bytesIn, bytesOut, active (level). */
        ENDPOINT(7, true);

        private final int counters;
        private final boolean lastIsLevel;

        Family(int counters, boolean lastIsLevel) {
            this.counters = counters;
            this.lastIsLevel = lastIsLevel;
        }

        /** How many numbers a row has. */
        public int counters() {
            return counters;
        }

        /** Whether the last number is a level at the end of the window, not a difference. */
        public boolean lastIsLevel() {
            return lastIsLevel;
        }
    }

    /** The key of a listener. */
    public static StatsKey listener(String listener) {
        return new StatsKey(Family.LISTENER, listener, "", "");
    }

    /** The key of a cluster under a rule. */
    public static StatsKey route(String route, String rule, String cluster) {
        return new StatsKey(Family.ROUTE, route, rule, cluster);
    }

    /** The key of an endpoint. */
    public static StatsKey endpoint(String cluster, String address) {
        return new StatsKey(Family.ENDPOINT, cluster, address, "");
    }

    /** The row for what found no room. */
    public static StatsKey other(Family family) {
        return new StatsKey(family, "", "", "");
    }

    @Override
    public int compareTo(StatsKey other) {
        return ORDER.compare(this, other);
    }
}
