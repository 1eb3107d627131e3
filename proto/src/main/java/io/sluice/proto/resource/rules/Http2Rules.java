package io.sluice.proto.resource.rules;

import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.Http2Limits;

/** The checks of what a connection of HTTP/2 may hold or do; the bounds stand in listener.proto. */
final class Http2Rules {
    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;

    private Http2Rules() {}

    static void check(Http2Limits http2, Problems problems) {
        Checks.range(http2.hasStreams(), http2.getStreams(), 1, 10_000, problems.at("streams"));
        Checks.range(
                http2.hasStreamWindow(),
                http2.getStreamWindow(),
                KIB,
                16 * MIB,
                problems.at("streamWindow"));
        Checks.range(
                http2.hasConnectionWindow(),
                http2.getConnectionWindow(),
                64 * KIB,
                1024 * MIB,
                problems.at("connectionWindow"));
        Checks.range(
                http2.hasHeaderBlock(),
                http2.getHeaderBlock(),
                4 * KIB,
                MIB,
                problems.at("headerBlock"));
        Checks.range(
                http2.hasContinuations(),
                http2.getContinuations(),
                0,
                1_000,
                problems.at("continuations"));
        floods(http2, problems);
    }

    private static void floods(Http2Limits http2, Problems problems) {
        Checks.range(http2.hasResets(), http2.getResets(), 1, 100_000, problems.at("resets"));
        Checks.range(http2.hasSettings(), http2.getSettings(), 4, 10_000, problems.at("settings"));
        Checks.range(http2.hasPings(), http2.getPings(), 4, 100_000, problems.at("pings"));
        Checks.range(
                http2.hasEmptyFrames(),
                http2.getEmptyFrames(),
                1,
                100_000,
                problems.at("emptyFrames"));
        Checks.range(
                http2.hasWindowUpdates(),
                http2.getWindowUpdates(),
                16,
                1_000_000,
                problems.at("windowUpdates"));
        Checks.range(
                http2.hasOtherFrames(),
                http2.getOtherFrames(),
                16,
                1_000_000,
                problems.at("otherFrames"));
    }
}
