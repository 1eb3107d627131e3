package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.l7.filter.FilterChain;
import io.sluice.dataplane.l7.route.ExchangeTimeouts;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Clients of HTTP/2 that ask and do not take: what they hold of the node is bounded in time. */
@SuppressWarnings("StringConcatToTextBlock") // line breaks are the point
final class Http2StalledTest {
    private static final String PART = "x".repeat(1_000);
    private static final String OK =
            "HTTP/1.1 200 OK\r\nContent-Length: " + PART.length() + "\r\n\r\n" + PART;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int INTERNAL_ERROR = 2;
    private static final int REFUSED_STREAM = 7;
    private static final int CANCEL = 8;
    private static final int STREAMS_MAX = 128;
    private static final int WINDOW = 10;
    private static final Duration ALMOST = Duration.ofSeconds(29);
    private static final Duration REST = Duration.ofSeconds(2);

    private final StoppedClock clock = new StoppedClock();

    private ProxyFixture before(ScriptedUpstream upstream, ExchangeTimeouts timeouts) {
        HttpSpec.Timeouts none = new HttpSpec.Timeouts(0, 0, 0);
        ProxyFixture proxy = new ProxyFixture(ProxyFixture.spec(none), clock);
        proxy.forwardAll(proxy.cluster("up", upstream.address()), timeouts, FilterChain.EMPTY);
        return proxy;
    }

    private static Http2Client narrow(ProxyFixture proxy) throws Exception {
        Http2Client client = new Http2Client(proxy.address());
        client.takesBodies = false;
        client.settings(INITIAL_WINDOW_SIZE, WINDOW);
        return client;
    }

    private static void readBody(Http2Client client, int id, int bytes) throws Exception {
        while (client.stream(id).body.size() < bytes) {
            client.readAndAct();
        }
        assertThat(client.stream(id).body.size()).isEqualTo(bytes);
    }

    // Behind whatever the node has sent so far.
    private static void ping(Http2Client client) throws Exception {
        client.frame(Http2Client.PING, 0, 0, new byte[8]);
        Http2Client.Frame frame = client.readAndAct();
        while (!(frame.type() == Http2Client.PING && frame.has(Http2Client.ACK))) {
            frame = client.readAndAct();
        }
    }

    @Test
    void resetsAWholeResponseOfWhichNothingIsTakenForThirtySeconds() throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = before(upstream, ExchangeTimeouts.NONE);
                Http2Client client = narrow(proxy)) {
            int id = client.get("/");
            readBody(client, id, WINDOW);
            // The node has all of it.
            assertThat(proxy.record().status()).isEqualTo(200);
            proxy.pass(clock, ALMOST);
            // Some is taken: the time begins anew.
            client.windowUpdate(id, 5);
            readBody(client, id, WINDOW + 5);
            proxy.pass(clock, ALMOST);
            ping(client);
            assertThat(client.stream(id).ended).isFalse();
            proxy.pass(clock, REST);
            assertThat(client.response(id).reset).isEqualTo(CANCEL);
            int next = client.get("/");
            client.windowUpdate(next, PART.length());
            assertThat(client.response(next).text()).isEqualTo(PART);
        }
    }

    @Test
    void aResponseThatLeftAtLastIsOver() throws Exception {
        String large = "y".repeat(60_000);
        try (ScriptedUpstream upstream =
                        ScriptedUpstream.replying(
                                head ->
                                        "HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n"
                                                + large);
                ProxyFixture proxy = before(upstream, ExchangeTimeouts.NONE);
                Http2Client client = new Http2Client(proxy.address())) {
            client.takesBodies = false;
            client.settings(INITIAL_WINDOW_SIZE, Integer.MAX_VALUE);
            client.windowUpdate(0, 1 << 30);
            AtomicBoolean writable = new AtomicBoolean(true);
            while (writable.get()) {
                client.get("/");
                assertThat(proxy.record().status()).isEqualTo(200);
                proxy.onLoop(() -> writable.set(proxy.clientWritable()));
            }
            // All of it waits for the socket.
            int last = client.get("/");
            assertThat(proxy.record().status()).isEqualTo(200);
            while (!client.stream(last).ended) {
                client.readAndAct();
            }
            proxy.pass(clock, ALMOST.plus(REST));
            ping(client);
            assertThat(client.stream(last).reset).isEqualTo(-1);
            assertThat(client.response(client.get("/")).text()).isEqualTo(large);
        }
    }

    @Test
    void streamsThatStallAreNotHeldForEver() throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = before(upstream, ExchangeTimeouts.NONE);
                Http2Client client = narrow(proxy)) {
            int[] stalled = new int[STREAMS_MAX];
            for (int i = 0; i < stalled.length; i++) {
                stalled[i] = client.get("/");
                readBody(client, stalled[i], WINDOW);
                assertThat(proxy.record().status()).isEqualTo(200);
            }
            assertThat(client.response(client.get("/")).reset).isEqualTo(REFUSED_STREAM);
            proxy.pass(clock, ALMOST.plus(REST));
            for (int id : stalled) {
                assertThat(client.response(id).reset).isEqualTo(CANCEL);
            }
            int next = client.get("/");
            client.windowUpdate(next, PART.length());
            assertThat(client.response(next).text()).isEqualTo(PART);
        }
    }

    @Test
    void resetsAResponseUnderWayWhenTheRouteIdlesForTooLong() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        int more = 8 * 1024 * 1024;
        ExchangeTimeouts timeouts = new ExchangeTimeouts(0, ALMOST.toNanos(), 0);
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, number) -> {
                                    if (!peer.readHead().startsWith("GET /large")) {
                                        peer.write(OK);
                                        return;
                                    }
                                    try {
                                        peer.write(
                                                "HTTP/1.1 200 OK\r\nContent-Length: "
                                                        + more
                                                        + "\r\n\r\n");
                                        peer.write(new byte[more]);
                                        peer.readAll();
                                    } finally {
                                        gone.countDown();
                                    }
                                });
                ProxyFixture proxy = before(upstream, timeouts);
                Http2Client client = narrow(proxy)) {
            int id = client.get("/large");
            int headBytes = 9 + client.readUntil(Http2Client.HEADERS).payload().length;
            readBody(client, id, WINDOW);
            awaitWaiting(proxy, upstream, headBytes + WINDOW);
            proxy.pass(clock, Duration.ofSeconds(20));
            ping(client);
            assertThat(client.stream(id).ended).isFalse();
            proxy.pass(clock, Duration.ofSeconds(10));
            assertThat(client.response(id).reset).isEqualTo(INTERNAL_ERROR);
            assertThat(proxy.record().reason()).isEqualTo("DOWNSTREAM_TIMEOUT");
            assertThat(gone.await(60, TimeUnit.SECONDS)).isTrue();
            int next = client.get("/");
            client.windowUpdate(next, PART.length());
            assertThat(client.response(next).text()).isEqualTo(PART);
        }
    }

    /** Until so much waits for the client that the node reads no more of the upstream. */
    private static void awaitWaiting(ProxyFixture proxy, ScriptedUpstream upstream, int sentBytes) {
        String address = "127.0.0.1:" + upstream.address().getPort();
        AtomicLong waiting = new AtomicLong();
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (waiting.get() < 64 * 1024) {
            assertThat(System.nanoTime()).describedAs("waits: %s", waiting).isLessThan(giveUp);
            proxy.onLoop(
                    () -> waiting.set(proxy.meters.endpoint("up", address).bytesIn - sentBytes));
        }
    }
}
