package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;

/** An upstream that answers one request after the other, each as soon as the one before is. */
class ReadPaceTest {
    private static final Duration QUICK = Duration.ofNanos(20_000);
    private static final int ENOUGH = 10_000;

    private final StoppedClock clock = new StoppedClock();
    private final ReadPace pace = new ReadPace(clock);
    private final Queue<Integer> underWay = new ArrayDeque<>();
    private int nextId = 1;

    @Test
    void gathersResponsesForAnEighthOfTheirTime() {
        begin(64);
        answer(ENOUGH, QUICK, 100);
        assertThat(pace.intervalNanos()).isBetween(64 * 20_000L / 10, 64 * 20_000L / 6);
    }

    @Test
    void neverWaitsForLong() {
        begin(900);
        answer(20 * ENOUGH, QUICK, 100);
        assertThat(pace.intervalNanos()).isEqualTo(ReadPace.INTERVAL_NANOS_MAX);
    }

    @Test
    void waitsForNothingWhereResponsesComeSoon() {
        begin(16);
        answer(ENOUGH, QUICK, 100);
        assertThat(pace.intervalNanos()).isZero();
    }

    @Test
    void waitsForNothingWhereFewWouldCome() {
        begin(16);
        answer(ENOUGH, QUICK.multipliedBy(10), 100);
        assertThat(pace.intervalNanos()).isZero();
    }

    @Test
    void waitsForNothingWhereAReadWouldNotTakeIt() {
        begin(64);
        answer(ENOUGH, QUICK, 64 * 1024);
        assertThat(pace.intervalNanos()).isZero();
    }

    @Test
    void saysWhenItDecidesAnew() {
        begin(64);
        boolean said = false;
        for (int i = 0; i < ENOUGH; i++) {
            long before = pace.intervalNanos();
            boolean changed = answer(1, QUICK, 100);
            assertThat(changed).isEqualTo(pace.intervalNanos() != before);
            said |= changed;
        }
        assertThat(said).isTrue();
    }

    @Test
    void endsWhereNothingComes() {
        begin(64);
        answer(ENOUGH, QUICK, 100);
        for (int i = 0; i < ReadPace.READS_PER_DECISION; i++) {
            clock.add(Duration.ofNanos(pace.intervalNanos()));
            pace.readComplete();
        }
        assertThat(pace.intervalNanos()).isZero();
    }

    @Test
    void noticesThatResponsesComeSoonBesideOneThatNeverDoes() {
        begin(64);
        answer(ENOUGH, QUICK, 100);
        assertThat(pace.intervalNanos()).isPositive();
        begin(4);
        underWay.clear();
        begin(4);
        answer(ENOUGH, QUICK, 100);
        assertThat(pace.intervalNanos()).isZero();
    }

    @Test
    void timesAnotherWhereTheTimedOneEnds() {
        for (int i = 0; i < ENOUGH; i++) {
            pace.begun(nextId);
            pace.ended(nextId);
            nextId += 2;
        }
        begin(64);
        answer(ENOUGH, QUICK, 100);
        assertThat(pace.intervalNanos()).isPositive();
    }

    private void begin(int count) {
        for (int i = 0; i < count; i++) {
            pace.begun(nextId);
            underWay.add(nextId);
            nextId += 2;
        }
    }

    /** Each is replaced by another at once; returns whether the pace changed. */
    private boolean answer(int count, Duration apart, int bytes) {
        boolean changed = false;
        for (int i = 0; i < count; i++) {
            clock.add(apart);
            int id = underWay.remove();
            pace.read(bytes);
            pace.responded(id);
            pace.ended(id);
            begin(1);
            changed |= pace.readComplete();
        }
        return changed;
    }
}
