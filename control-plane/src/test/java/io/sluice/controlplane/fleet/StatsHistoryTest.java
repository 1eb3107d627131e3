package io.sluice.controlplane.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.controlplane.fleet.StatsView.RouteRates;
import io.sluice.proto.LatencyBuckets;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

class StatsHistoryTest {
    private static final StatsKey CHECKOUT = StatsKey.route("shop", "checkout", "v1");

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final StatsHistory history = new StatsHistory(() -> now);
    private final Map<String, Long> sequences = new HashMap<>();

    private static StatsRow requests(StatsKey key, long count, long micros) {
        long[] counters = new long[key.family().counters()];
        counters[0] = count;
        return new StatsRow(
                key,
                counters,
                new Latency(
                        new int[] {LatencyBuckets.index(micros)},
                        new long[] {count},
                        count * micros,
                        micros));
    }

    private long report(String node, Duration length, StatsRow... rows) {
        return report(history, node, length, rows);
    }

    private long report(StatsHistory to, String node, Duration length, StatsRow... rows) {
        long sequence = sequences.merge(node, 1L, Long::sum);
        return to.record(
                new StatsReport(node, "boot", sequence, now.minus(length), now, List.of(rows), 0));
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private StatsView lastMinute() {
        return history.query(Duration.ofMinutes(1), Optional.empty());
    }

    private static RouteRates only(StatsView view) {
        assertThat(view.routes()).hasSize(1);
        return view.routes().getFirst();
    }

    @Test
    void ratesArePerSecondOfTheStretchThatIsKnown() {
        for (int i = 0; i < 24; i++) {
            pass(StatsHistory.SLOT);
            report("n1", StatsHistory.SLOT, requests(CHECKOUT, 50, 1_000));
        }
        pass(Duration.ofSeconds(1));
        StatsView view = lastMinute();
        assertThat(view.windowSeconds()).isEqualTo(60);
        assertThat(only(view).requestsPerSecond()).isEqualTo(10, within(0.01));
        assertThat(only(view).requests()).isEqualTo(600);
        assertThat(view.nodes()).isEqualTo(1);
    }

    @Test
    void aRepeatChangesNothingAndANewBootBeginsAnew() {
        StatsReport window =
                new StatsReport(
                        "n1",
                        "boot",
                        1,
                        now.minusSeconds(5),
                        now,
                        List.of(requests(CHECKOUT, 7, 10)),
                        0);
        assertThat(history.record(window)).isEqualTo(1);
        assertThat(history.record(window)).isEqualTo(1);
        StatsReport restarted =
                new StatsReport(
                        "n1",
                        "boot2",
                        1,
                        now.minusSeconds(5),
                        now,
                        List.of(requests(CHECKOUT, 5, 10)),
                        0);
        assertThat(history.record(restarted)).isEqualTo(1);
        pass(Duration.ofSeconds(1));
        assertThat(only(lastMinute()).requests()).isEqualTo(12);
    }

    @Test
    void nodesAreMergedAndCanBeAskedForAlone() {
        report("n1", StatsHistory.SLOT, requests(CHECKOUT, 90, 1_000));
        report("n2", StatsHistory.SLOT, requests(CHECKOUT, 10, 100_000));
        pass(Duration.ofSeconds(1));
        StatsView.LatencyQuantiles all = only(lastMinute()).latency();
        assertThat(all.count()).isEqualTo(100);
        assertThat(all.p50Micros()).isCloseTo(1_000, within(40L));
        assertThat(all.p99Micros()).isCloseTo(100_000, within(4_000L));
        assertThat(all.meanMicros()).isEqualTo(10_900);
        StatsView alone = history.query(Duration.ofMinutes(1), Optional.of("n2"));
        assertThat(only(alone).requests()).isEqualTo(10);
        assertThat(alone.nodes()).isEqualTo(1);
        assertThat(history.query(Duration.ofMinutes(1), Optional.of("n3")).routes()).isEmpty();
    }

    @Test
    void aMergedWindowOfAGapCountsEvenlyOverTheGap() {
        pass(Duration.ofMinutes(30));
        report("n1", Duration.ofMinutes(20), requests(CHECKOUT, 12_000, 1_000));
        pass(Duration.ofSeconds(1));
        assertThat(only(lastMinute()).requestsPerSecond()).isCloseTo(10, within(0.5));
        StatsView longer = history.query(Duration.ofMinutes(30), Optional.empty());
        assertThat(only(longer).requests()).isEqualTo(12_000);
    }

    private static long[] acceptedAndOpen(long accepted, long open) {
        long[] counters = new long[StatsKey.Family.LISTENER.counters()];
        counters[0] = accepted;
        counters[counters.length - 1] = open;
        return counters;
    }

    @Test
    void levelsAreTheLastOnesOfEachNode() {
        StatsKey web = StatsKey.listener("web");
        for (int i = 0; i < 3; i++) {
            pass(StatsHistory.SLOT);
            report(
                    "n1",
                    StatsHistory.SLOT,
                    new StatsRow(web, acceptedAndOpen(1, 5), Latency.EMPTY));
            report(
                    "n2",
                    StatsHistory.SLOT,
                    new StatsRow(web, acceptedAndOpen(1, 2), Latency.EMPTY));
        }
        pass(Duration.ofSeconds(1));
        assertThat(lastMinute().listeners().getFirst().connectionsOpen()).isEqualTo(7);
        pass(Duration.ofSeconds(40));
        assertThat(lastMinute().listeners().getFirst().connectionsOpen()).isZero();
    }

    @Test
    void aClockAheadOrFarBehindIsNotBelieved() {
        long sequence = 0;
        for (Instant end : List.of(now.plusSeconds(9_000), now.minusSeconds(9_000))) {
            history.record(
                    new StatsReport(
                            "n1",
                            "boot",
                            ++sequence,
                            end.minusSeconds(5),
                            end,
                            List.of(requests(CHECKOUT, 3, 10)),
                            0));
        }
        pass(Duration.ofSeconds(1));
        assertThat(only(lastMinute()).requests()).isEqualTo(6);
    }

    @Test
    void anHourIsKept() {
        report("n1", StatsHistory.SLOT, requests(CHECKOUT, 3, 10));
        pass(Duration.ofMinutes(59));
        report("n1", StatsHistory.SLOT, requests(CHECKOUT, 4, 10));
        pass(Duration.ofSeconds(1));
        assertThat(only(history.query(Duration.ofHours(1), Optional.empty())).requests())
                .isEqualTo(7);
        pass(Duration.ofMinutes(2));
        report("n1", StatsHistory.SLOT);
        assertThat(only(history.query(Duration.ofHours(2), Optional.empty())).requests())
                .isEqualTo(4);
    }

    @Test
    void tooManyRowsCostDetailNotCounts() {
        StatsHistory small = new StatsHistory(() -> now, 300);
        long expected = 0;
        for (int i = 0; i < 400; i++) {
            pass(StatsHistory.SLOT);
            report(small, "n1", StatsHistory.SLOT, requests(CHECKOUT, i, 10));
            report(small, "n2", StatsHistory.SLOT, requests(CHECKOUT, i, 10));
            expected += 2L * i;
        }
        pass(Duration.ofSeconds(1));
        StatsView all = small.query(Duration.ofHours(1), Optional.empty());
        assertThat(only(all).requests()).isEqualTo(expected);
        StatsView alone = small.query(Duration.ofHours(1), Optional.of("n1"));
        assertThat(only(alone).requests()).isLessThan(expected / 2);
        StatsView recent = small.query(Duration.ofMinutes(1), Optional.of("n1"));
        assertThat(only(recent).requests()).isEqualTo(12L * 399 - 66);
    }

    @Test
    void keysBeyondTheBoundCountAsTheRest() {
        List<StatsRow> rows = new ArrayList<>();
        for (int i = 0; i < StatsHistory.KEYS_MAX + 10; i++) {
            rows.add(requests(StatsKey.route("r" + i, "all", "v1"), 1, 10));
        }
        report("n1", StatsHistory.SLOT, rows.toArray(StatsRow[]::new));
        pass(Duration.ofSeconds(1));
        StatsView view = lastMinute();
        assertThat(view.routes().getFirst().route()).isEmpty();
        assertThat(view.routes().getFirst().requests()).isEqualTo(10);
    }
}
