package io.sluice.dataplane.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

class StatsCollectorTest {
    private static final MeterKey.OfRoute SHOP = new MeterKey.OfRoute("shop", "checkout", "v1");
    private final LoopMeters first = new LoopMeters(Runnable::run, 100);
    private final LoopMeters second = new LoopMeters(Runnable::run, 100);
    private Instant now = Instant.EPOCH;
    private final InstantSource clock = () -> now;
    private final StatsCollector collector = new StatsCollector(List.of(first, second), clock, 100);

    @Test
    void addsUpWhatTheLoopsCounted() {
        first.route("shop", "checkout", "v1").requests += 2;
        second.route("shop", "checkout", "v1").requests += 3;
        second.route("shop", "checkout", "v1").latency.record(500);
        RouteMeter row = row(window().routes(), SHOP);
        assertThat(row.requests).isEqualTo(5);
        assertThat(row.latency.count()).isEqualTo(1);
    }

    @Test
    void aWindowHoldsDifferences() {
        first.route("shop", "checkout", "v1").requests += 2;
        window();
        first.route("shop", "checkout", "v1").requests += 1;
        assertThat(row(window().routes(), SHOP).requests).isEqualTo(1);
        assertThat(window().routes()).isEmpty();
    }

    @Test
    void nothingIsLostWhenAWindowIsPutBack() {
        first.route("shop", "checkout", "v1").requests += 2;
        StatsWindow unsent = window();
        first.route("shop", "checkout", "v1").requests += 3;
        at(10);
        collector.collect().join();
        collector.putBack(unsent);
        StatsWindow merged = collector.take();
        assertThat(row(merged.routes(), SHOP).requests).isEqualTo(5);
        assertThat(merged.start()).isEqualTo(Instant.EPOCH);
        assertThat(merged.end()).isEqualTo(Instant.ofEpochSecond(10));
    }

    @Test
    void windowsFollowEachOtherWithoutGap() {
        at(5);
        StatsWindow one = window();
        at(12);
        StatsWindow two = window();
        assertThat(one.end()).isEqualTo(two.start());
        assertThat(two.end()).isEqualTo(Instant.ofEpochSecond(12));
    }

    @Test
    void whatIsOpenIsAsAtTheEndAndNotAddedUpOverTime() {
        first.listener("web").connectionsOpen = 3;
        second.listener("web").connectionsOpen = 4;
        collector.collect().join();
        first.listener("web").connectionsOpen = 1;
        assertThat(row(window().listeners(), new MeterKey.OfListener("web")).connectionsOpen)
                .isEqualTo(5);
    }

    @Test
    void totalsGoOnWhileWindowsAreTaken() {
        first.route("shop", "checkout", "v1").requests += 2;
        window();
        first.route("shop", "checkout", "v1").requests += 2;
        window();
        long total = collector.totals(totals -> row(totals.routes(), SHOP).requests);
        assertThat(total).isEqualTo(4);
    }

    @Test
    void keysBeyondTheBoundCountInOneRow() {
        LoopMeters small = new LoopMeters(Runnable::run, 2);
        StatsCollector bounded = new StatsCollector(List.of(small), clock, 2);
        for (String rule : List.of("a", "b", "c", "d")) {
            small.route("shop", rule, "v1").requests++;
        }
        bounded.collect().join();
        StatsWindow window = bounded.take();
        assertThat(row(window.routes(), new MeterKey.OfRoute("", "", "")).requests).isEqualTo(2);
        assertThat(window.keysDropped()).isPositive();
        assertThat(window.routes().values().stream().mapToLong(row -> row.requests).sum())
                .isEqualTo(4);
    }

    @Test
    void anIdleRowGoesOnceNobodyHoldsItAndNeverBefore() {
        LoopMeters meters = new LoopMeters(Runnable::run, 1_000);
        StatsCollector own = new StatsCollector(List.of(meters), clock, 1_000);
        RouteMeter held = meters.route("shop", "held", "v1");
        meters.route("shop", "left", "v1").requests++;
        List<StatsWindow> windows = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            own.collect().join();
            windows.add(own.take());
        }
        System.gc();
        own.collect().join();
        held.requests++;
        assertThat(meters.route("shop", "held", "v1")).isSameAs(held);
        own.collect().join();
        assertThat(own.take().routes())
                .containsOnlyKeys(new MeterKey.OfRoute("shop", "held", "v1"));
        assertThat(windows.getFirst().routes())
                .containsOnlyKeys(new MeterKey.OfRoute("shop", "left", "v1"));
    }

    private static <K, M> M row(Map<K, M> rows, K key) {
        return Objects.requireNonNull(rows.get(key), () -> "no row " + key);
    }

    private StatsWindow window() {
        collector.collect().join();
        return collector.take();
    }

    private void at(long second) {
        now = Instant.ofEpochSecond(second);
    }
}
