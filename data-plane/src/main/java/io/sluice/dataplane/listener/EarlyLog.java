package io.sluice.dataplane.listener;

import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.Phase;
import io.sluice.dataplane.telemetry.AccessLog;
import io.sluice.dataplane.telemetry.AccessRecord;
import io.sluice.proto.HostPort;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;

/** Access log records of one listener's connections that no protocol took. Of its loop's thread. */
final class EarlyLog {
    /** Records of connections refused at accept, in a second; the rest is only counted. */
    static final int REFUSALS_PER_SECOND_MAX = 10;

    private final String listener;
    private final Loop loop;
    private final AccessLog accessLog;
    private final InstantSource clock;
    private long secondStartNanos;
    private int refusalsInSecond;

    EarlyLog(String listener, Loop loop, AccessLog accessLog, InstantSource clock) {
        this.listener = listener;
        this.loop = loop;
        this.accessLog = accessLog;
        this.clock = clock;
        this.secondStartNanos = loop.preciseNanos();
    }

    /** What is known of a connection, as far as it came. */
    record Seen(String serverName, long startMillis, long startNanos, long bytesIn) {}

    void ended(@Nullable InetSocketAddress client, Failure why, Seen seen) {
        if (accessLog.enabled()) {
            write(client, why, seen);
        }
    }

    /**
     * Refused before a byte was read: nothing that costs the client much, so a flood of it is cut.
     */
    void refused(InetSocketAddress peer, Failure why) {
        if (!accessLog.enabled()) {
            return;
        }
        long now = loop.preciseNanos();
        if (now - secondStartNanos >= TimeUnit.SECONDS.toNanos(1)) {
            secondStartNanos = now;
            refusalsInSecond = 0;
        }
        if (refusalsInSecond++ < REFUSALS_PER_SECOND_MAX) {
            write(peer, why, new Seen("", clock.millis(), now, 0));
        }
    }

    private void write(@Nullable InetSocketAddress client, Failure why, Seen seen) {
        accessLog.write(
                new AccessRecord(
                        seen.startMillis(),
                        listener,
                        "",
                        "",
                        "",
                        "",
                        client == null ? "" : HostPort.of(client).toString(),
                        "",
                        seen.serverName(),
                        "",
                        0,
                        why.name(),
                        Phase.HANDSHAKE.name(),
                        seen.bytesIn(),
                        0,
                        (loop.preciseNanos() - seen.startNanos()) / 1_000,
                        0,
                        ""));
    }
}
