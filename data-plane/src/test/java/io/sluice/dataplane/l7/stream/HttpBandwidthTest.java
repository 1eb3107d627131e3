package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.l7.stream.Crossing.Sides;
import io.sluice.dataplane.l7.stream.WireConnection.Service;
import io.sluice.dataplane.net.BandwidthSpec;
import io.sluice.dataplane.net.BandwidthSpec.Rate;
import io.sluice.dataplane.telemetry.FlowQuery;
import io.sluice.dataplane.telemetry.FlowScan;
import io.sluice.dataplane.telemetry.LiveFlow;

import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;

/** Limits of bytes where HTTP is spoken, by a clock that the test moves. */
@Timeout(120)
class HttpBandwidthTest {
    private static final int BYTES = 600_000;
    private static final Rate RATE = new Rate(1_000_000, 100_000);
    private static final Duration STEP = Duration.ofMillis(100);

    /** One read, and frames and heads around it. */
    private static final long BEYOND = 136 * 1024;

    /** What an upstream of HTTP/2 has sent within its window passes to a client of HTTP/1.1. */
    private static final long WINDOW = 4 * 1024 * 1024;

    /**
     * What may be missing where it goes on: it waits until it is worth it, which is 16 KiB here, by
     * a clock that is up to three ticks late.
     */
    private static final long SHORT = 60_000;

    private static final BandwidthSpec EACH_DOWN = new BandwidthSpec(null, RATE, null, null);
    private static final BandwidthSpec EACH_UP = new BandwidthSpec(RATE, null, null, null);
    private static final BandwidthSpec ALL_DOWN = new BandwidthSpec(null, null, null, RATE);

    private final StoppedClock clock = new StoppedClock();

    private Crossing crossing(Sides sides, BandwidthSpec limits, Service service)
            throws IOException {
        var crossing = new Crossing(sides, clock, service);
        ProxyFixture proxy = crossing.proxy;
        proxy.spoils = false;
        proxy.onLoop(() -> proxy.bandwidth.on(proxy.loop).apply(limits));
        return crossing;
    }

    /** Runs in the background; the test asks how it went. */
    private static CompletableFuture<Long> count(WireStream stream) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        stream.response();
                        return stream.count();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                },
                Thread::startVirtualThread);
    }

    private static long beyond(Sides sides) {
        return sides.upstream().http2 && !sides.client().http2 ? WINDOW : BEYOND;
    }

    /** So many bytes pass in the steps of the clock, never more than were allowed by then. */
    private void passesByTheRate(
            Crossing crossing, ToLongFunction<LiveFlow> counter, long all, long beyond) {
        long allowed = RATE.burstBytes();
        long passed = until(crossing, counter, Math.min(all, allowed - SHORT));
        assertThat(passed).isLessThanOrEqualTo(allowed + beyond);
        while (passed < all) {
            crossing.proxy.pass(clock, STEP);
            allowed += RATE.bytesPerSecond() * STEP.toMillis() / 1_000;
            passed = until(crossing, counter, Math.min(all, allowed - SHORT));
            assertThat(passed).isLessThanOrEqualTo(allowed + beyond);
        }
        // What was counted was heads and frames, too: some of the bodies may be left.
        crossing.proxy.pass(clock, Duration.ofSeconds(1));
    }

    private static long until(Crossing crossing, ToLongFunction<LiveFlow> counter, long awaited) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        long passed = passed(crossing, counter);
        while (passed < awaited) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError(passed + " passed and not " + awaited);
            }
            passed = passed(crossing, counter);
        }
        return passed;
    }

    private static long passed(Crossing crossing, ToLongFunction<LiveFlow> counter) {
        var sum = new AtomicLong();
        crossing.proxy.onLoop(
                () -> {
                    var scan = new FlowScan(FlowQuery.all(10));
                    crossing.proxy.serving.visit(scan);
                    scan.kept().forEach(flow -> sum.addAndGet(counter.applyAsLong(flow)));
                });
        return sum.get();
    }

    private static void replyWithBytes(WireStream stream) throws IOException {
        stream.nextHead();
        stream.head(false, ":status", "200", "content-length", String.valueOf(BYTES));
        stream.body(new byte[BYTES], true);
    }

    @OverEveryHttp
    void aResponseComesAsFastAsItMay(Sides sides) throws Exception {
        try (Crossing crossing = crossing(sides, EACH_DOWN, HttpBandwidthTest::replyWithBytes)) {
            WireStream stream = crossing.open();
            stream.get("/");
            CompletableFuture<Long> received = count(stream);
            passesByTheRate(crossing, LiveFlow::bytesOut, BYTES, beyond(sides));
            assertThat(received.get(60, TimeUnit.SECONDS)).isEqualTo(BYTES);
            assertThat(crossing.record().reason()).isEmpty();
        }
    }

    @OverEveryHttp
    void aRequestBodyGoesAsFastAsItMay(Sides sides) throws Exception {
        var arrived = new CompletableFuture<Long>();
        Service service =
                stream -> {
                    stream.nextHead();
                    arrived.complete(stream.count());
                    stream.reply(200, "thanks");
                };
        try (Crossing crossing = crossing(sides, EACH_UP, service)) {
            WireStream stream = crossing.open();
            stream.request("POST", "/", false, "content-length", String.valueOf(BYTES));
            CompletableFuture<Void> sent =
                    CompletableFuture.runAsync(
                            () -> {
                                try {
                                    stream.body(new byte[BYTES], true);
                                } catch (IOException e) {
                                    throw new AssertionError(e);
                                }
                            },
                            Thread::startVirtualThread);
            passesByTheRate(crossing, LiveFlow::bytesIn, BYTES, BEYOND);
            sent.get(60, TimeUnit.SECONDS);
            assertThat(arrived.get(60, TimeUnit.SECONDS)).isEqualTo(BYTES);
            assertThat(stream.response().status()).isEqualTo(200);
        }
    }

    @OverEveryHttp
    void aWebSocketKeepsItsLimits(Sides sides) throws Exception {
        Service service =
                stream -> {
                    stream.nextHead();
                    stream.takeWebSocket();
                    stream.body(new byte[BYTES], false);
                    stream.read(3);
                    stream.end();
                };
        try (Crossing crossing = crossing(sides, EACH_DOWN, service)) {
            WireStream stream = crossing.open();
            stream.askForWebSocket("/");
            assertThat(stream.tookWebSocket(stream.nextHead())).isTrue();
            CompletableFuture<Integer> received =
                    CompletableFuture.supplyAsync(
                            () -> {
                                try {
                                    return stream.read(BYTES).length();
                                } catch (IOException e) {
                                    throw new AssertionError(e);
                                }
                            },
                            Thread::startVirtualThread);
            passesByTheRate(crossing, LiveFlow::bytesOut, BYTES, beyond(sides));
            assertThat(received.get(60, TimeUnit.SECONDS)).isEqualTo(BYTES);
            stream.body("bye", false);
        }
    }

    @OverEveryHttp
    void connectionsShareWhatTheListenerMay(Sides sides) throws Exception {
        try (Crossing crossing = crossing(sides, ALL_DOWN, HttpBandwidthTest::replyWithBytes)) {
            WireStream one = crossing.open();
            WireStream two = crossing.open();
            one.get("/");
            two.get("/");
            CompletableFuture<Long> first = count(one);
            CompletableFuture<Long> second = count(two);
            passesByTheRate(crossing, LiveFlow::bytesOut, 2 * BYTES, 2 * beyond(sides));
            assertThat(first.get(60, TimeUnit.SECONDS)).isEqualTo(BYTES);
            assertThat(second.get(60, TimeUnit.SECONDS)).isEqualTo(BYTES);
        }
    }

    /** One connection after the other request by request: it is the bytes that count. */
    @OverEveryHttp
    void smallResponsesOnOneConnectionCountTogether(Sides sides) throws Exception {
        int each = 10_000;
        int requests = 30;
        Service service =
                stream -> {
                    stream.nextHead();
                    stream.reply(200, "x".repeat(each));
                };
        try (Crossing crossing = crossing(sides, EACH_DOWN, service)) {
            WireConnection client = crossing.connect();
            CompletableFuture<Void> asked =
                    CompletableFuture.runAsync(
                            () -> {
                                try {
                                    for (int i = 0; i < requests; i++) {
                                        WireStream stream = client.open();
                                        stream.get("/");
                                        stream.response();
                                        assertThat(stream.count()).isEqualTo(each);
                                    }
                                } catch (IOException e) {
                                    throw new AssertionError(e);
                                }
                            },
                            Thread::startVirtualThread);
            passesByTheRate(crossing, LiveFlow::bytesOut, (long) requests * each, BEYOND);
            asked.get(60, TimeUnit.SECONDS);
        }
    }
}
