package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.dataplane.l7.route.ExchangeTimeouts;
import io.sluice.dataplane.l7.route.RetryPolicy;
import io.sluice.dataplane.l7.route.Route;
import io.sluice.dataplane.l7.stream.Crossing.Sides;
import io.sluice.dataplane.l7.stream.WireStream.Head;
import io.sluice.dataplane.telemetry.AccessRecord;

import java.io.IOException;
import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** What becomes of requests that do not end well, whatever carries them. */
final class EveryHttpFailureTest {
    private static final long SHORT = 60_000_000;

    private static final Duration IDLE = Duration.ofSeconds(1);

    private static ExchangeTimeouts timeouts(long responseHead, long idle, long total) {
        return new ExchangeTimeouts(responseHead, idle, total);
    }

    private static BitSet bits(int number) {
        BitSet bits = new BitSet();
        bits.set(number);
        return bits;
    }

    private static void silent(WireStream stream) throws IOException {
        stream.nextHead();
        // Until the proxy gives up.
        while (true) {
            if (stream.piece() == null) {
                stream.awaitCut();
            }
        }
    }

    private static void refused(WireStream stream, int status, String reason) throws IOException {
        Head head = stream.response();
        assertThat(head.status()).isEqualTo(status);
        assertThat(head.get("sluice-reason")).isEqualTo(reason);
        assertThat(stream.text()).isNotEmpty();
    }

    @OverEveryHttp
    void neverEndsAResponseCleanlyThatIsCut(Sides sides) throws Exception {
        try (Crossing crossing =
                new Crossing(
                        sides,
                        stream -> {
                            Head head = stream.nextHead();
                            if (head.get(":path").equals("/sized")) {
                                stream.head(false, ":status", "200", "content-length", "10");
                            } else {
                                stream.head(false, ":status", "200");
                            }
                            stream.body("hello", false);
                            // So that it is not cut before that is passed on.
                            stream.read(2);
                            stream.abort();
                        })) {
            for (String path : new String[] {"/sized", "/unsized"}) {
                WireStream stream = crossing.open();
                stream.request("POST", path, false);
                assertThat(stream.response().status()).isEqualTo(200);
                assertThat(stream.read(5)).isEqualTo("hello");
                stream.body("go", false);
                assertThatThrownBy(stream::text).isInstanceOf(IOException.class);
                assertThat(crossing.record().reason()).isEqualTo("UPSTREAM_RESET");
            }
        }
    }

    @OverEveryHttp
    void saysThatTheUpstreamGaveNoAnswer(Sides sides) throws Exception {
        try (Crossing crossing =
                new Crossing(
                        sides,
                        stream -> {
                            stream.nextHead();
                            stream.abort();
                        })) {
            WireStream stream = crossing.open();
            stream.get("/");
            refused(stream, 502, "UPSTREAM_RESET");
            assertThat(crossing.record().reason()).isEqualTo("UPSTREAM_RESET");
        }
    }

    @OverEveryHttp
    void givesUpOnAnUpstreamThatSaysNothing(Sides sides) throws Exception {
        try (Crossing crossing = new Crossing(sides, EveryHttpFailureTest::silent)) {
            crossing.with(timeouts(SHORT, 0, 0), RetryPolicy.NONE);
            WireStream first = crossing.open();
            first.get("/");
            refused(first, 504, "UPSTREAM_TIMEOUT");
            crossing.with(timeouts(0, 0, SHORT), RetryPolicy.NONE);
            WireStream second = crossing.open();
            second.get("/");
            refused(second, 504, "TOTAL_TIMEOUT");
        }
    }

    @OverEveryHttp
    void givesUpOnAResponseThatStops(Sides sides) throws Exception {
        try (Crossing crossing =
                new Crossing(
                        sides,
                        stream -> {
                            stream.nextHead();
                            stream.head(false, ":status", "200");
                            stream.body("hello", false);
                            stream.awaitCut();
                        })) {
            crossing.with(timeouts(0, SHORT, 0), RetryPolicy.NONE);
            WireStream stream = crossing.open();
            stream.get("/");
            assertThat(stream.response().status()).isEqualTo(200);
            assertThatThrownBy(stream::text).isInstanceOf(IOException.class);
            AccessRecord record = crossing.record();
            assertThat(record.reason()).isEqualTo("UPSTREAM_TIMEOUT");
            assertThat(record.phase()).isEqualTo("RESPOND");
        }
    }

    @OverEveryHttp
    void givesUpOnAClientThatReadsNothing(Sides sides) throws Exception {
        StoppedClock clock = new StoppedClock();
        AtomicInteger written = new AtomicInteger();
        CompletableFuture<Thread> writer = new CompletableFuture<>();
        try (Crossing crossing =
                new Crossing(
                        sides,
                        clock,
                        stream -> {
                            stream.nextHead();
                            stream.head(false, ":status", "200");
                            writer.complete(Thread.currentThread());
                            byte[] piece = new byte[64 * 1024];
                            while (true) {
                                stream.body(piece, false);
                                written.incrementAndGet();
                            }
                        })) {
            crossing.with(timeouts(0, IDLE.toNanos(), 0), RetryPolicy.NONE);
            ProxyFixture proxy = crossing.proxy;
            Http2Downstream toHttp2 = proxy.nextStream();
            BooleanSupplier held =
                    sides.client().http2
                            ? () -> !toHttp2.writable()
                            : () -> !proxy.clientWritable();
            WireStream stream = crossing.connect(8 * 1024).open();
            stream.get("/");
            assertThat(stream.response().status()).isEqualTo(200);
            // What the upstream still has on its way counts from when it comes.
            while (proxy.records.isEmpty()) {
                awaitStandstill(proxy, held, writer.join(), written);
                proxy.pass(clock, IDLE);
            }
            AccessRecord record = crossing.record();
            assertThat(record.reason()).isEqualTo("DOWNSTREAM_TIMEOUT");
            assertThat(record.phase()).isEqualTo("RESPOND");
        }
    }

    // Whatever lies between is full, and the writer waits for room: the client is to blame.
    private static void awaitStandstill(
            ProxyFixture proxy, BooleanSupplier held, Thread writer, AtomicInteger written) {
        int before;
        do {
            before = written.get();
            proxy.await(held);
            proxy.onLoop(() -> {});
        } while (written.get() != before || writer.getState() == Thread.State.RUNNABLE);
    }

    @OverEveryHttp
    void givesUpOnAnUpstreamThatTakesNoMoreOfTheBody(Sides sides) throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (Crossing crossing =
                new Crossing(
                        sides,
                        stream -> {
                            stream.nextHead();
                            over.await();
                        })) {
            crossing.with(timeouts(0, SHORT, 0), RetryPolicy.NONE);
            WireStream stream = crossing.open();
            stream.request("POST", "/", false);
            Thread.ofVirtual()
                    .start(
                            () -> {
                                try {
                                    byte[] piece = new byte[64 * 1024];
                                    while (true) {
                                        stream.body(piece, false);
                                    }
                                } catch (IOException e) {
                                    // Refused: as it should.
                                    Thread.currentThread().interrupt();
                                }
                            });
            assertThat(crossing.record().reason()).isEqualTo("UPSTREAM_TIMEOUT");
            over.countDown();
        }
    }

    @OverEveryHttp
    void tellsTheUpstreamThatTheClientLeft(Sides sides) throws Exception {
        CountDownLatch begun = new CountDownLatch(2);
        CountDownLatch left = new CountDownLatch(2);
        try (Crossing crossing =
                new Crossing(
                        sides,
                        stream -> {
                            Head head = stream.nextHead();
                            if (head.get(":path").equals("/begun")) {
                                stream.head(false, ":status", "200");
                                stream.body("hello", false);
                            }
                            begun.countDown();
                            try {
                                stream.awaitCut();
                            } finally {
                                left.countDown();
                            }
                        })) {
            WireStream waiting = crossing.open();
            waiting.get("/waiting");
            WireStream responding = crossing.open();
            responding.get("/begun");
            assertThat(responding.read(5, true)).isEqualTo("hello");
            HttpStreamTest.await(begun);
            waiting.abort();
            responding.abort();
            HttpStreamTest.await(left);
            assertThat(crossing.record().reason()).isEqualTo("DOWNSTREAM_CLOSED");
            assertThat(crossing.record().reason()).isEqualTo("DOWNSTREAM_CLOSED");
        }
    }

    @OverEveryHttp
    void triesAgainWhatMayBeTriedAgain(Sides sides) throws Exception {
        AtomicInteger requests = new AtomicInteger();
        RetryPolicy policy =
                new RetryPolicy(3, true, true, true, bits(503), new BitSet(), true, 100, 1_000_000);
        try (Crossing crossing =
                new Crossing(
                        sides,
                        stream -> {
                            Head head = stream.nextHead();
                            String body = stream.text();
                            assertThat(body)
                                    .isEqualTo(head.get(":method").equals("POST") ? "abc" : "");
                            switch (requests.incrementAndGet() % 3) {
                                case 1 -> stream.reply(503, "busy");
                                case 2 -> stream.abort();
                                default -> stream.reply(200, "hello");
                            }
                        })) {
            crossing.with(ProxyFixture.TIMEOUTS, policy);
            WireStream get = crossing.open();
            get.get("/");
            assertThat(get.response().status()).isEqualTo(200);
            assertThat(get.text()).isEqualTo("hello");
            // That a reused connection turns out dead is no attempt.
            assertThat(crossing.record().attempts()).isBetween(2, 3);
            WireStream post = crossing.open();
            post.request("POST", "/", false, "content-length", "3");
            post.body("abc", true);
            assertThat(post.response().status()).isEqualTo(200);
            assertThat(crossing.record().attempts()).isEqualTo(3);
        }
    }

    @OverEveryHttp
    void boundsEachAttempt(Sides sides) throws Exception {
        StoppedClock clock = new StoppedClock();
        Semaphore asked = new Semaphore(0);
        AtomicInteger requests = new AtomicInteger();
        RetryPolicy policy =
                new RetryPolicy(
                        3, true, true, true, new BitSet(), new BitSet(), false, 100, 1_000_000);
        try (Crossing crossing =
                new Crossing(
                        sides,
                        clock,
                        stream -> {
                            stream.nextHead();
                            if (requests.incrementAndGet() == 3) {
                                stream.reply(200, "hello");
                                return;
                            }
                            asked.release();
                            stream.awaitCut();
                        })) {
            crossing.with(new ExchangeTimeouts(0, 0, 0, IDLE.toNanos()), policy);
            WireStream stream = crossing.open();
            stream.get("/");
            for (int attempt = 1; attempt < 3; attempt++) {
                assertThat(asked.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
                crossing.proxy.pass(clock, IDLE.multipliedBy(2));
                // The back-off.
                crossing.proxy.pass(clock, IDLE.dividedBy(2));
            }
            assertThat(stream.response().status()).isEqualTo(200);
            assertThat(stream.text()).isEqualTo("hello");
            assertThat(crossing.record().attempts()).isEqualTo(3);
        }
    }

    @OverEveryHttp
    void refusesHeadsThatAreTooLarge(Sides sides) throws Exception {
        // What comes of a head in several writes once it is refused is read for two seconds.
        StoppedClock clock = new StoppedClock();
        try (Crossing crossing = new Crossing(sides, clock, EveryHttpFailureTest::silent)) {
            String[] many = new String[2 * 120];
            for (int i = 0; i < many.length; i += 2) {
                many[i] = "x-" + i;
                many[i + 1] = "y";
            }
            String[] long40 = new String[2 * 40];
            for (int i = 0; i < long40.length; i += 2) {
                long40[i] = "x-" + i;
                long40[i + 1] = "y".repeat(1_000);
            }
            for (String[] fields : new String[][] {many, long40}) {
                WireStream stream = crossing.open();
                stream.get("/", fields);
                refused(stream, 431, "HEAD_TOO_LARGE");
            }
            assertThat(crossing.upstream.connections()).isZero();
        }
    }

    /** RFC 9110 section 9.3.6: nobody is let through to wherever he likes. */
    @OverEveryHttp
    void opensNoTunnels(Sides sides) throws Exception {
        try (Crossing crossing = new Crossing(sides, EveryHttpFailureTest::silent)) {
            WireStream stream = crossing.open();
            stream.head(true, ":method", "CONNECT", ":authority", "shop.example:443");
            refused(stream, 405, "METHOD_REFUSED");
            assertThat(crossing.record().reason()).isEqualTo("METHOD_REFUSED");
            assertThat(crossing.upstream.connections()).isZero();
        }
    }

    @OverEveryHttp
    void saysThatNobodyListens(Sides sides) throws Exception {
        try (Crossing crossing = new Crossing(sides, EveryHttpFailureTest::silent)) {
            crossing.upstream.stopListening();
            WireStream stream = crossing.open();
            stream.request("POST", "/", false, "content-length", "3");
            refused(stream, 502, "CONNECT_FAILED");
        }
    }

    @OverEveryHttp
    void refusesBodiesThatAreTooLarge(Sides sides) throws Exception {
        HttpSpec spec = ProxyFixture.spec();
        HttpSpec small = ProxyFixture.spec(1_000, spec.additions(), spec.https(), false);
        try (Crossing crossing = new Crossing(sides, small, EveryHttpFailureTest::silent)) {
            WireStream announced = crossing.open();
            announced.request("POST", "/", false, "content-length", "1001");
            refused(announced, 413, "BODY_TOO_LARGE");
            WireStream unknown = crossing.open();
            unknown.request("POST", "/", false);
            unknown.body(new byte[1_001], false);
            refused(unknown, 413, "BODY_TOO_LARGE");
        }
    }

    @OverEveryHttp
    void saysWhyOnlyWhereItMay(Sides sides) throws Exception {
        HttpSpec spec = ProxyFixture.spec();
        HttpSpec quiet =
                ProxyFixture.spec(
                        spec.bodyBytesMax(),
                        new HttpSpec.Additions(true, true, true, false, false),
                        spec.https(),
                        false);
        try (Crossing crossing = new Crossing(sides, quiet, EveryHttpFailureTest::silent)) {
            crossing.proxy.use(Route.NONE);
            WireStream stream = crossing.open();
            stream.get("/");
            Head head = stream.response();
            assertThat(head.status()).isEqualTo(404);
            assertThat(head.fields()).doesNotContainKey("sluice-reason");
            assertThat(crossing.record().reason()).isEqualTo("NO_ROUTE");
        }
    }
}
