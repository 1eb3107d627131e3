package io.sluice.proto.resource.rules;

import io.sluice.proto.Limits;
import io.sluice.proto.Problems;
import io.sluice.proto.SizeText;
import io.sluice.proto.resource.v1.BandwidthLimit;
import io.sluice.proto.resource.v1.ListenerConfig;

/** The checks of a listener's bandwidth. */
final class BandwidthRules {
    /** A burst has to last as long as nothing may be looked at: timers are coarse. */
    private static final long BURST_PARTS_OF_SECOND = 20;

    private BandwidthRules() {}

    static void check(ListenerConfig listener, Problems problems) {
        if (!listener.hasBandwidth()) {
            return;
        }
        if (listener.getUdp().hasPerDatagram() && listener.getBandwidth().hasConnection()) {
            problems.at("connection")
                    .reject(
                            "NOT_ALLOWED",
                            "is for sessions, and with perDatagram there are none",
                            "limit the listener");
        }
        check(listener.getBandwidth().getConnection(), problems.at("connection"));
        check(listener.getBandwidth().getListener(), problems.at("listener"));
    }

    private static void check(BandwidthLimit limit, Problems problems) {
        rate(limit.hasUpstream(), limit.getUpstream(), problems.at("upstream"));
        rate(limit.hasDownstream(), limit.getDownstream(), problems.at("downstream"));
        if (!limit.hasBurst()) {
            return;
        }
        Problems burst = problems.at("burst");
        if (!limit.hasUpstream() && !limit.hasDownstream()) {
            burst.reject("REQUIRED", "says nothing without a rate", "add upstream or downstream");
            return;
        }
        Checks.range(true, limit.getBurst(), 1, Limits.BURST_BYTES_MAX, burst);
        long fastest = Math.max(limit.getUpstream(), limit.getDownstream());
        long least = fastest / BURST_PARTS_OF_SECOND;
        if (limit.getBurst() > 0 && limit.getBurst() < least && fastest <= Limits.BANDWIDTH_MAX) {
            burst.reject(
                    "OUT_OF_RANGE", "is less than what passes in 50ms, " + SizeText.format(least));
        }
    }

    private static void rate(boolean given, long bytesPerSecond, Problems problems) {
        Checks.range(given, bytesPerSecond, Limits.BANDWIDTH_MIN, Limits.BANDWIDTH_MAX, problems);
    }
}
