package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

class ShapedDatagramsTest {
    private static final long MILLI_NANOS = 1_000_000;

    /** 20 of the datagrams here at once, and one each millisecond. */
    private static final BandwidthSpec.Rate RATE = new BandwidthSpec.Rate(1_000_000, 20_000);

    private static final int BYTES = 1_000;

    private final AtomicLong clock = new AtomicLong(1_000_000 * MILLI_NANOS);
    private final EventLoops loops = EventLoops.open(TestTransport.get(), 1, clock::get);
    private final Bandwidth bandwidth = new Bandwidth(loops);

    // Of the loop's thread.
    private final List<Integer> upstream = new ArrayList<>();
    private final List<Integer> downstream = new ArrayList<>();
    private @Nullable DatagramShaping shaping;

    @AfterEach
    void close() {
        loops.close();
    }

    @Test
    void passAsTheyComeWithoutALimit() throws Exception {
        begin(BandwidthSpec.NONE);
        assertThat(shaping).isNull();
    }

    @Test
    void waitInTheirOrderForTheSessionsOwnLimit() throws Exception {
        begin(new BandwidthSpec(RATE, null, null, null));
        assertThat(offerUpstream(0, 60, BYTES)).isEqualTo(60);
        assertThat(upstream).isEqualTo(numbers(20));
        assertThat(passDownstreamFreely()).isTrue();
        // As of a clock that is up to three ticks late, and for at least 16 KiB at once.
        awaitUpstream(40);
        assertThat(upstream).isEqualTo(numbers(upstream.size()));
        awaitUpstream(60);
        assertThat(upstream).isEqualTo(numbers(60));
        // No more than it may: 40 took 40 ms at least.
        assertThat(clock.get()).isGreaterThanOrEqualTo(1_000_000 * MILLI_NANOS + 39 * MILLI_NANOS);
        assertThat(stop()).isZero();
    }

    @Test
    void aListenersSessionsShareIts() throws Exception {
        begin(new BandwidthSpec(null, null, null, RATE));
        loops.onEach(
                        loop -> {
                            for (int i = 0; i < 60; i++) {
                                offer(way(false), i, BYTES);
                            }
                        })
                .get(60, TimeUnit.SECONDS);
        int atOnce = downstream.size();
        assertThat(atOnce).isBetween(15, 25);
        while (downstream.size() < 60) {
            tick();
        }
        assertThat(downstream).isEqualTo(numbers(60));
        assertThat(clock.get()).isGreaterThanOrEqualTo(1_000_000 * MILLI_NANOS + 30 * MILLI_NANOS);
        assertThat(stop()).isZero();
    }

    @Test
    void areDroppedBeyondWhatMayWaitAndGoneWithTheirSession() throws Exception {
        begin(new BandwidthSpec(RATE, null, null, null));
        int taken = offerUpstream(0, 400, 10_000);
        // Of 256 KiB, behind two that might pass.
        assertThat(taken).isEqualTo(2 + ShapedDatagrams.BYTES_MAX / 10_000);
        assertThat(stop()).isEqualTo(ShapedDatagrams.BYTES_MAX / 10_000);
        clock.addAndGet(1_000 * MILLI_NANOS);
        tick();
        assertThat(upstream).isEqualTo(numbers(2));
    }

    @Test
    void smallOnesAreCounted() throws Exception {
        begin(new BandwidthSpec(new BandwidthSpec.Rate(1_024, 1_024), null, null, null));
        var taken = new AtomicLong();
        loops.onEach(
                        loop -> {
                            ByteBuf one = Unpooled.directBuffer(4);
                            for (int i = 0; i < 2_000; i++) {
                                one.clear().writeInt(i);
                                if (way(true).offer(one)) {
                                    taken.incrementAndGet();
                                }
                            }
                            one.release();
                        })
                .get(60, TimeUnit.SECONDS);
        assertThat(taken).hasValue(1_024 / 4 + ShapedDatagrams.COUNT_MAX);
        assertThat(stop()).isEqualTo(ShapedDatagrams.COUNT_MAX);
    }

    @Test
    void emptyOnesTakeOfTheListenersRoomToo() throws Exception {
        int each = 60_000 + ShapedDatagrams.OVERHEAD_BYTES;
        int large = ShapedDatagrams.Budget.BYTES_MAX / each;
        int small = ShapedDatagrams.Budget.BYTES_MAX % each / ShapedDatagrams.OVERHEAD_BYTES;
        List<Integer> waited = new ArrayList<>();
        loops.onEach(
                        loop -> {
                            Bandwidth.OnLoop here = bandwidth.on(loop);
                            here.apply(new BandwidthSpec(RATE, null, null, null));
                            // The second time shows that those before left nothing behind.
                            waited.add(fill(here, 60_000, 0));
                            waited.add(fill(here, 60_000, 0));
                        })
                .get(60, TimeUnit.SECONDS);
        assertThat(waited).containsExactly(large + small, large + small);
    }

    /** Lets so large ones wait until there is no room, and then so large ones. */
    private static int fill(Bandwidth.OnLoop here, int... sizes) {
        List<DatagramShaping> sessions = new ArrayList<>();
        for (int size : sizes) {
            int before;
            do {
                before = sessions.stream().mapToInt(ShapedDatagramsTest::waiting).sum();
                var session = Objects.requireNonNull(here.newDatagramShaping(any -> {}, any -> {}));
                sessions.add(session);
                ShapedDatagrams way = Objects.requireNonNull(session.upstream());
                // What may pass at once.
                offer(way, 0, 30_000);
                ByteBuf datagram = Unpooled.directBuffer(size + 1).writeZero(size);
                for (int i = 0; i <= ShapedDatagrams.COUNT_MAX; i++) {
                    way.offer(datagram);
                }
                datagram.release();
            } while (sessions.stream().mapToInt(ShapedDatagramsTest::waiting).sum() > before);
        }
        return sessions.stream().mapToInt(DatagramShaping::stop).sum();
    }

    private static int waiting(DatagramShaping session) {
        return Objects.requireNonNull(session.upstream()).waiting();
    }

    private void begin(BandwidthSpec spec) throws Exception {
        loops.onEach(
                        loop -> {
                            Bandwidth.OnLoop here = bandwidth.on(loop);
                            here.apply(spec);
                            shaping =
                                    here.newDatagramShaping(
                                            datagram -> upstream.add(datagram.getInt(0)),
                                            datagram -> downstream.add(datagram.getInt(0)));
                        })
                .get(60, TimeUnit.SECONDS);
    }

    private int offerUpstream(int from, int count, int bytes) throws Exception {
        var taken = new AtomicLong();
        loops.onEach(
                        loop -> {
                            for (int i = from; i < from + count; i++) {
                                if (offer(way(true), i, bytes)) {
                                    taken.incrementAndGet();
                                }
                            }
                        })
                .get(60, TimeUnit.SECONDS);
        return taken.intValue();
    }

    private ShapedDatagrams way(boolean up) {
        DatagramShaping session = shaping;
        ShapedDatagrams way =
                session == null ? null : up ? session.upstream() : session.downstream();
        if (way == null) {
            throw new AssertionError("no limit");
        }
        return way;
    }

    private boolean passDownstreamFreely() {
        DatagramShaping session = shaping;
        return session != null && session.downstream() == null;
    }

    private static boolean offer(ShapedDatagrams way, int number, int bytes) {
        ByteBuf datagram = Unpooled.directBuffer(bytes).writeInt(number).writeZero(bytes - 4);
        try {
            return way.offer(datagram);
        } finally {
            datagram.release();
        }
    }

    private void awaitUpstream(int count) throws Exception {
        while (upstream.size() < count) {
            tick();
        }
    }

    /** A millisecond later, when the loop has had its turn. */
    private void tick() throws Exception {
        clock.addAndGet(MILLI_NANOS);
        loops.at(0).eventLoop().schedule(() -> {}, 1, TimeUnit.MILLISECONDS).get();
    }

    private int stop() throws Exception {
        var waited = new AtomicLong();
        loops.onEach(
                        loop -> {
                            DatagramShaping session = shaping;
                            if (session != null) {
                                waited.set(session.stop());
                            }
                        })
                .get(60, TimeUnit.SECONDS);
        return waited.intValue();
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }
}
