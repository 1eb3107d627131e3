package io.sluice.dataplane.cluster.health;

import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.cluster.endpoint.Health;
import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.Timer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.InstantSource;
import java.util.function.Consumer;

/**
 * Checks one endpoint, again and again, and writes its health. Of its loop's thread, except {@link
 * #start} and {@link #stop}.
 */
public final class HealthChecker {
    private static final Logger log = LoggerFactory.getLogger(HealthChecker.class);

    private final EventLoops loops;
    private final Loop loop;
    private final ProbeSlots slots;
    private final Endpoint endpoint;
    private final HealthCheckSpec spec;
    private final CheckStreak streak;
    private final InstantSource clock;
    private final Consumer<Endpoint> onChange;
    private final Timer nextCheck;
    private @Nullable ProbeAttempt attempt;
    private boolean waiting;
    private boolean stopped;

    /**
     * @param slots the loop's
     * @param onChange told on the loop after the endpoint's health was changed
     */
    public HealthChecker(
            EventLoops loops,
            Loop loop,
            ProbeSlots slots,
            Endpoint endpoint,
            HealthCheckSpec spec,
            InstantSource clock,
            Consumer<Endpoint> onChange) {
        this.loops = loops;
        this.loop = loop;
        this.slots = slots;
        this.endpoint = endpoint;
        this.spec = spec;
        this.streak = new CheckStreak(spec.unhealthyAfter(), spec.healthyAfter());
        this.clock = clock;
        this.onChange = onChange;
        this.nextCheck = loop.newTimer(this::check);
    }

    /** What it checks by. */
    public HealthCheckSpec spec() {
        return spec;
    }

    /** Begins with a check now; the next ones spread by jitter. Any thread. */
    public void start() {
        loop.execute(this::check);
    }

    /** Checks no more; the health stays as it is. Any thread. */
    public void stop() {
        loop.execute(
                () -> {
                    stopped = true;
                    nextCheck.cancel();
                    ProbeAttempt current = attempt;
                    if (current != null) {
                        attempt = null;
                        current.abandon();
                        slots.done();
                    }
                });
    }

    private void check() {
        if (stopped || waiting || attempt != null) {
            return;
        }
        waiting = true;
        slots.run(this::probe);
    }

    private void probe() {
        waiting = false;
        if (stopped) {
            slots.done();
            return;
        }
        var started =
                new ProbeAttempt(
                        loop, spec, endpoint.address(), endpoint.addressText(), this::finished);
        attempt = started;
        started.start(loops, loop);
    }

    private void finished(@Nullable String failure) {
        attempt = null;
        if (failure != null) {
            decide(failure);
        }
        nextCheck.arm(jittered(spec.intervalNanos(), loop.random64()));
        slots.done();
    }

    private void decide(String failure) {
        Health before = endpoint.health().health();
        Health after = streak.next(before, failure.isEmpty());
        if (after == before) {
            return;
        }
        endpoint.decide(after, clock.instant(), after == Health.UNHEALTHY ? failure : "");
        log.info(
                "event=endpoint-health cluster={} endpoint={} health={} reason=\"{}\"",
                endpoint.cluster(),
                endpoint.addressText(),
                after,
                failure);
        onChange.accept(endpoint);
    }

    /** The interval, up to a tenth shorter or longer, so that the checks of a fleet drift apart. */
    static long jittered(long intervalNanos, long random64) {
        long spread = intervalNanos / 5;
        return intervalNanos - spread / 2 + Math.unsignedMultiplyHigh(random64, spread);
    }
}
