package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.dataplane.l7.route.ExchangeTimeouts;
import io.sluice.dataplane.l7.route.RetryPolicy;
import io.sluice.dataplane.l7.route.Route;
import io.sluice.dataplane.l7.stream.Crossing.Sides;
import io.sluice.dataplane.l7.stream.WireConnection.Wire;
import io.sluice.dataplane.l7.stream.WireStream.Head;
import io.sluice.dataplane.telemetry.AccessRecord;
import io.sluice.dataplane.telemetry.ListenerMeter;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Connections and tunnels, and what changes around them, whatever carries them. */
final class EveryHttpLifeTest {
    private static final long HOUR_NANOS = 3_600_000_000_000L;

    /** Takes a WebSocket and says back what comes, until the client ends its side. */
    private static void echoWebSocket(WireStream stream) throws IOException {
        Head head = stream.nextHead();
        assertThat(stream.asksForWebSocket(head)).isTrue();
        assertThat(head.get("sec-websocket-version")).isEqualTo("13");
        stream.takeWebSocket();
        for (byte[] piece = stream.piece(); piece != null; piece = stream.piece()) {
            stream.body(piece, false);
        }
        stream.body("bye", true);
    }

    @OverEveryHttp
    void passesAWebSocketWhateverChanges(Sides sides) throws Exception {
        try (Crossing crossing = new Crossing(sides, EveryHttpLifeTest::echoWebSocket)) {
            WireStream stream = crossing.open();
            stream.askForWebSocket("/chat");
            assertThat(stream.tookWebSocket(stream.nextHead())).isTrue();
            stream.body("hello", false);
            assertThat(stream.read(5)).isEqualTo("hello");
            for (int i = 0; i < 1_000; i++) {
                crossing.proxy.use(Route.NONE);
            }
            stream.body("there", false);
            assertThat(stream.read(5)).isEqualTo("there");
            stream.end();
            if (sides.client() != Wire.H1_TLS) {
                // Netty's engine for BoringSSL sends nothing any more behind a close_notify.
                assertThat(stream.text()).isEqualTo("bye");
            }
            AccessRecord record = crossing.record();
            ListenerMeter meter = crossing.proxy.serving.meter();
            assertThat(meter.webSockets).isEqualTo(1);
            assertThat(meter.webSocketsOpen).isZero();
            assertThat(meter.webSocketBytesIn).isEqualTo(10);
            assertThat(meter.webSocketBytesOut).isBetween(10L, 13L);
            assertThat(record.reason()).isEmpty();
            assertThat(record.bytesIn()).isGreaterThanOrEqualTo(10);
            assertThat(record.bytesOut()).isGreaterThanOrEqualTo(10);
        }
    }

    @OverEveryHttp
    void closesAnIdleWebSocket(Sides sides) throws Exception {
        try (Crossing crossing = new Crossing(sides, EveryHttpLifeTest::echoWebSocket)) {
            crossing.with(new ExchangeTimeouts(0, 300_000_000, 0), RetryPolicy.NONE);
            WireStream stream = crossing.open();
            stream.askForWebSocket("/chat");
            assertThat(stream.tookWebSocket(stream.nextHead())).isTrue();
            assertThatThrownBy(
                            () -> {
                                if (stream.text().isEmpty()) {
                                    throw new IOException("ended");
                                }
                            })
                    .isInstanceOf(IOException.class);
            assertThat(crossing.record().reason()).isEqualTo("IDLE_TIMEOUT");
        }
    }

    @OverEveryHttp
    void passesARefusedWebSocketAsAResponse(Sides sides) throws Exception {
        try (Crossing crossing =
                new Crossing(
                        sides,
                        stream -> {
                            stream.nextHead();
                            stream.reply(403, "no");
                        })) {
            WireStream stream = crossing.open();
            stream.askForWebSocket("/chat");
            assertThat(stream.response().status()).isEqualTo(403);
            assertThat(stream.text()).isEqualTo("no");
        }
    }

    @OverEveryHttp
    void finishesWhatIsUnderWayWhenItDrains(Sides sides) throws Exception {
        CountDownLatch drained = new CountDownLatch(1);
        // It is not for being idle that the connection ends.
        var timeouts = new HttpSpec.Timeouts(HOUR_NANOS, HOUR_NANOS, HOUR_NANOS);
        try (Crossing crossing =
                new Crossing(
                        sides,
                        ProxyFixture.spec(timeouts),
                        stream -> {
                            stream.nextHead();
                            stream.head(false, ":status", "200");
                            stream.body("hello", false);
                            drained.await();
                            stream.body(" there", true);
                        })) {
            WireConnection client = crossing.connect();
            WireStream stream = client.open();
            stream.get("/");
            assertThat(stream.response().status()).isEqualTo(200);
            assertThat(stream.read(5)).isEqualTo("hello");
            crossing.proxy.onLoop(crossing.proxy.serving::drain);
            drained.countDown();
            assertThat(stream.text()).isEqualTo(" there");
            assertThat(client.ends()).isTrue();
        }
    }

    @OverEveryHttp
    void goesToANewConnectionWhereTheUpstreamLeaves(Sides sides) throws Exception {
        CountDownLatch slow = new CountDownLatch(1);
        try (Crossing crossing =
                new Crossing(
                        sides,
                        stream -> {
                            switch (stream.nextHead().get(":path")) {
                                case "/slow" -> {
                                    stream.head(false, ":status", "200");
                                    slow.await();
                                    stream.body("slow", true);
                                }
                                case "/leave" -> stream.lastReply(200, "bye");
                                default -> stream.reply(200, "hello");
                            }
                        })) {
            WireStream underWay = crossing.open();
            underWay.get("/slow");
            assertThat(underWay.response().status()).isEqualTo(200);
            WireConnection client = crossing.connect();
            WireStream leaving = client.open();
            leaving.get("/leave");
            leaving.response();
            assertThat(leaving.text()).isEqualTo("bye");
            for (int i = 0; i < 3; i++) {
                WireStream next = client.open();
                next.get("/");
                assertThat(next.response().status()).isEqualTo(200);
                assertThat(next.text()).isEqualTo("hello");
            }
            // Those of HTTP/2 share the first one until it says so.
            assertThat(crossing.upstream.connections()).isEqualTo(sides.upstream().http2 ? 2 : 3);
            slow.countDown();
            assertThat(underWay.text()).isEqualTo("slow");
        }
    }

    @OverEveryHttp
    void sendsAgainWhatTheUpstreamDidNotLookAt(Sides sides) throws Exception {
        AtomicInteger refused = new AtomicInteger();
        try (Crossing crossing =
                new Crossing(
                        sides,
                        stream -> {
                            Head head = stream.nextHead();
                            if (head.get(":path").equals("/again")
                                    && refused.getAndIncrement() == 0) {
                                stream.refuse();
                                return;
                            }
                            stream.reply(200, head.get(":method") + stream.text());
                        })) {
            WireConnection client = crossing.connect();
            WireStream first = client.open();
            first.get("/");
            assertThat(first.response().status()).isEqualTo(200);
            assertThat(first.text()).isEqualTo("GET");
            WireStream again = client.open();
            // A closed connection of HTTP/1.1 does not say whether something was done already.
            if (sides.upstream().http2) {
                again.request("POST", "/again", false, "content-length", "4");
                again.body("body", true);
            } else {
                again.get("/again");
            }
            assertThat(again.response().status()).isEqualTo(200);
            assertThat(again.text()).isEqualTo(sides.upstream().http2 ? "POSTbody" : "GET");
            assertThat(refused).hasValue(2);
        }
    }

    @OverEveryHttp
    void letsGoOfAClientThatEndsItsSideAndIsNotAnswered(Sides sides) throws Exception {
        var upstream = new SilentUpstream();
        try (Crossing crossing = new Crossing(sides, upstream)) {
            upstream.hearsThatTheClientWent(crossing);
        }
    }

    @Test
    void letsGoAtOnceOfAClientThatTlsCannotAnswer() throws Exception {
        var upstream = new SilentUpstream();
        // No time passes.
        try (Crossing crossing =
                new Crossing(new Sides(Wire.H1_TLS, Wire.H1), new StoppedClock(), upstream)) {
            upstream.hearsThatTheClientWent(crossing);
        }
    }

    /** Answers nothing, and waits for the stream to be cut. */
    private static final class SilentUpstream implements WireConnection.Service {
        private final CountDownLatch asked = new CountDownLatch(1);
        private final CountDownLatch told = new CountDownLatch(1);

        @Override
        public void serve(WireStream stream) throws Exception {
            stream.nextHead();
            asked.countDown();
            try {
                stream.awaitCut();
            } finally {
                told.countDown();
            }
        }

        void hearsThatTheClientWent(Crossing crossing) throws Exception {
            WireConnection client = crossing.connect();
            client.open().get("/");
            asked.await();
            client.endOutput();
            told.await();
            assertThat(crossing.record().reason()).isEqualTo("DOWNSTREAM_CLOSED");
        }
    }

    @OverEveryHttp
    void keepsWhatARequestStartedWith(Sides sides) throws Exception {
        CountDownLatch changed = new CountDownLatch(1);
        try (Crossing crossing =
                new Crossing(
                        sides,
                        stream -> {
                            stream.nextHead();
                            stream.head(false, ":status", "200");
                            stream.body("hello", false);
                            changed.await();
                            stream.body(" there", true);
                        })) {
            WireConnection client = crossing.connect();
            WireStream stream = client.open();
            stream.get("/");
            assertThat(stream.read(5, true)).isEqualTo("hello");
            crossing.proxy.use(Route.NONE);
            changed.countDown();
            assertThat(stream.text()).isEqualTo(" there");
            WireStream next = client.open();
            next.get("/");
            assertThat(next.response().status()).isEqualTo(404);
        }
    }

    @OverEveryHttp
    void sendsClientsToTlsAndLetsThemStay(Sides sides) throws Exception {
        HttpSpec spec = ProxyFixture.spec();
        HttpSpec https =
                ProxyFixture.spec(
                        spec.bodyBytesMax(),
                        spec.additions(),
                        new HttpSpec.Https(true, 443, WireStream.bytes("max-age=31536000")),
                        false);
        try (Crossing crossing =
                new Crossing(
                        sides,
                        https,
                        stream -> {
                            stream.nextHead();
                            stream.reply(200, "hello");
                        })) {
            WireStream stream = crossing.open();
            stream.get("/a?b");
            Head head = stream.response();
            if (sides.client().tls) {
                assertThat(head.status()).isEqualTo(200);
                assertThat(head.get("strict-transport-security")).isEqualTo("max-age=31536000");
            } else {
                assertThat(head.status()).isEqualTo(308);
                assertThat(head.get("location")).isEqualTo("https://shop.example/a?b");
                assertThat(head.fields()).doesNotContainKey("strict-transport-security");
            }
        }
    }
}
