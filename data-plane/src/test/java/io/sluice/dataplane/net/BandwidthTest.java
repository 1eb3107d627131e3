package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

class BandwidthTest {
    private static final long MILLI_NANOS = 1_000_000;
    private static final BandwidthSpec.Rate RATE = new BandwidthSpec.Rate(1_000_000, 100_000);

    @Test
    void aBucketHoldsABurstAndFillsByTheRate() {
        var bucket = new TokenBucket(RATE, 0);
        assertThat(bucket.available(0)).isEqualTo(100_000);
        bucket.take(100_000);
        assertThat(bucket.available(0)).isZero();
        assertThat(bucket.available(10 * MILLI_NANOS)).isEqualTo(10_000);
        assertThat(bucket.available(3_600_000 * MILLI_NANOS)).isEqualTo(100_000);
        // An hour later nothing was saved up beyond the burst.
        assertThat(bucket.available(3_600_001 * MILLI_NANOS)).isEqualTo(100_000);
    }

    @Test
    void aBucketIsPaidWhatItIsOwedFirst() {
        var bucket = new TokenBucket(RATE, 0);
        bucket.take(150_000);
        assertThat(bucket.available(50 * MILLI_NANOS)).isZero();
        assertThat(bucket.waitNanos()).isEqualTo(16_384_000);
        assertThat(bucket.available(51 * MILLI_NANOS)).isEqualTo(1_000);
    }

    @Test
    void aBucketLosesNothingToManyLooks() {
        var bucket = new TokenBucket(new BandwidthSpec.Rate(1_024, 65_536), 0);
        bucket.take(65_536);
        for (long now = 0; now <= 1_000 * MILLI_NANOS; now += 700_000) {
            bucket.available(now);
        }
        assertThat(bucket.available(1_000 * MILLI_NANOS)).isBetween(1_023L, 1_024L);
    }

    @Test
    void loopsBorrowNoMoreThanThereIs() throws Exception {
        var budget = new SharedBudget(0);
        budget.change(RATE);
        assertThat(borrowed(budget, 1)).isBetween(98_900L, 100_000L);
        assertThat(borrowed(budget, 1)).isZero();
        assertThat(borrowed(budget, 1 + 20 * MILLI_NANOS)).isBetween(18_900L, 21_100L);
        budget.change(null);
        assertThat(budget.borrow(0, 1)).isGreaterThan(1L << 40);
    }

    /** By four at once, until it gives no more. */
    private static long borrowed(SharedBudget budget, long now) throws Exception {
        var sum = new AtomicLong();
        List<Thread> loops = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            loops.add(
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        for (long got = 1; got > 0; ) {
                                            got = budget.borrow(0, now);
                                            sum.addAndGet(got);
                                        }
                                    }));
        }
        for (Thread loop : loops) {
            loop.join();
        }
        return sum.get();
    }

    @Test
    void goesOnWhereTimePassedBeforeItWaited() throws Exception {
        var clock = new AtomicLong(1_000_000 * MILLI_NANOS);
        var wentOn = new CompletableFuture<Void>();
        try (var sockets = new RelayFixture(Transport.NIO, clock::get)) {
            sockets.onLoop(
                    () -> {
                        var shaper = new Shaper(sockets.loop, RATE, null);
                        shaper.passed(RATE.burstBytes());
                        assertThat(shaper.allowance()).isZero();
                        clock.addAndGet(50 * MILLI_NANOS);
                        shaper.await(() -> wentOn.complete(null));
                        return 0;
                    });
            clock.addAndGet(1_000 * MILLI_NANOS);
            wentOn.get(30, TimeUnit.SECONDS);
            assertThat(wentOn).isCompleted();
        }
    }

    @Test
    void whoHandedItsLimitsOverReadsNoMore() throws Exception {
        var clock = new AtomicLong(1_000_000 * MILLI_NANOS);
        var reads = new AtomicInteger();
        var later = new CompletableFuture<Void>();
        try (var sockets = new RelayFixture(Transport.NIO, clock::get)) {
            sockets.onLoop(
                    () -> {
                        var upstream = new Shaper(sockets.loop, RATE, null);
                        var limits =
                                new ChannelShaping(
                                        new EmbeddedChannel(),
                                        new Shaping(upstream, null),
                                        reads::incrementAndGet);
                        limits.received(200_000);
                        assertThat(limits.readPaused()).isTrue();
                        limits.handOver();
                        sockets.loop.newTimer(() -> later.complete(null)).arm(1_000 * MILLI_NANOS);
                        return 0;
                    });
            clock.addAndGet(1_100 * MILLI_NANOS);
            later.get(30, TimeUnit.SECONDS);
            assertThat(sockets.onLoop(reads::get)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void aConnectionPassesWhatIsAllowedAndNothingIsLost(Transport transport) throws Exception {
        var clock = new AtomicLong(1_000_000 * MILLI_NANOS);
        int bytes = 1_000_000;
        try (var sockets = new RelayFixture(transport, clock::get)) {
            var bandwidth = new Bandwidth(sockets.loops);
            sockets.start(
                    sockets.onLoop(
                            () -> {
                                Bandwidth.OnLoop here = bandwidth.on(sockets.loop);
                                here.apply(new BandwidthSpec(RATE, null, null, RATE));
                                return here.newShaping();
                            }));
            Thread client =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            sockets.client.getOutputStream().write(new byte[bytes]);
                                            sockets.client.shutdownOutput();
                                        } catch (IOException e) {
                                            throw new UncheckedIOException(e);
                                        }
                                    });
            var received = new AtomicLong();
            Thread upstream =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            received.set(
                                                    sockets.upstream
                                                            .getInputStream()
                                                            .readAllBytes()
                                                            .length);
                                        } catch (IOException e) {
                                            throw new UncheckedIOException(e);
                                        }
                                    });
            sockets.until(() -> sockets.sentUpstream >= RATE.burstBytes());
            // While no time passes, nothing does beyond the burst, but for one read of a channel.
            long beyond = transport == Transport.EPOLL ? 0 : 64 * 1024;
            long passed = sockets.onLoop(() -> sockets.sentUpstream);
            assertThat(passed).isBetween(RATE.burstBytes(), RATE.burstBytes() + beyond);
            int steps = 0;
            while (passed < bytes) {
                clock.addAndGet(50 * MILLI_NANOS);
                steps++;
                long allowed =
                        Math.min(bytes, RATE.burstBytes() + steps * RATE.bytesPerSecond() / 20);
                // It goes on once there is enough for it to be worth it, which is 16 KiB here, as
                // of
                // a clock that is up to three ticks late.
                long awaited = allowed - 60_000;
                sockets.until(() -> sockets.sentUpstream >= awaited);
                passed = sockets.onLoop(() -> sockets.sentUpstream);
                assertThat(passed).isBetween(awaited, allowed + beyond);
            }
            client.join();
            // The end, too, is read when something may pass.
            clock.addAndGet(1_000 * MILLI_NANOS);
            sockets.upstream.shutdownOutput();
            upstream.join();
            assertThat(received).hasValue(bytes);
        }
    }
}
