package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.sluice.dataplane.cluster.endpoint.UpstreamProtocol;
import io.sluice.dataplane.l7.codec.http2.ErrorCode;
import io.sluice.dataplane.l7.codec.http2.Http2Limits;
import io.sluice.dataplane.l7.filter.FilterChain;
import io.sluice.dataplane.l7.route.ExchangeTimeouts;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What time does to connections of HTTP/2 to an upstream: silent ones, and those without use. */
@SuppressWarnings("StringConcatToTextBlock") // line breaks are the point
final class Http2UpstreamLifeTest {
    private static final String SLOW = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final int PINGS = 4;
    private static final int ACK = 1;

    /** How long an upstream may be silent, and how much later a timer may look. */
    private static final Duration SILENT = Duration.ofSeconds(15).plusMillis(20);

    private final StoppedClock clock = new StoppedClock();

    /** What the upstream saw, in order. */
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    /**
     * Answers each request at once but one to /slow, which it answers at the fourth PING.
     *
     * @param alive whether PINGs are answered
     */
    private ScriptedUpstream upstream(boolean alive) throws IOException {
        return new ScriptedUpstream(
                (peer, connection) -> {
                    try {
                        serve(new Http2Peer(peer), alive);
                    } finally {
                        events.add("end");
                    }
                });
    }

    private void serve(Http2Peer peer, boolean alive) throws IOException {
        int slow = 0;
        int pings = 0;
        while (true) {
            Http2Peer.Frame frame = peer.any();
            switch (frame.type()) {
                case Http2Peer.HEADERS -> {
                    if (frame.text().contains(":path: /slow")) {
                        slow = frame.id();
                        events.add("slow");
                    } else {
                        peer.headers(frame.id(), true, ":status", "200");
                    }
                }
                case Http2Peer.PING -> {
                    events.add("ping");
                    pings++;
                    if (alive) {
                        peer.frame(Http2Peer.PING, ACK, 0, Http2Peer.bytes(frame.payload()));
                    }
                    if (pings == PINGS) {
                        peer.headers(slow, true, ":status", "200");
                    }
                }
                case Http2Peer.GOAWAY -> events.add("goaway " + frame.code());
                default -> {}
            }
        }
    }

    private ProxyFixture before(ScriptedUpstream upstream) {
        HttpSpec.Timeouts none = new HttpSpec.Timeouts(0, 0, 0);
        ProxyFixture proxy = new ProxyFixture(ProxyFixture.spec(none), clock);
        proxy.forwardAll(
                proxy.cluster("up", UpstreamProtocol.H2, upstream.address()),
                ExchangeTimeouts.NONE,
                FilterChain.EMPTY);
        return proxy;
    }

    private @Nullable String event() throws InterruptedException {
        return events.poll(60, TimeUnit.SECONDS);
    }

    /** A request with its response: the node has read what the upstream sent before that. */
    private static void exchange(ProxyFixture proxy) throws Exception {
        try (RawClient client = proxy.client()) {
            client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
        }
        assertThat(proxy.record().reason()).isEmpty();
    }

    @Test
    void theWindowOfAFastBodyGrowsAndIsBounded() throws Exception {
        // Nothing takes time by this clock: each half of a window passes within a round trip.
        int bytes = 32 * 1024 * 1024;
        var widest = new AtomicInteger();
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, connection) -> fast(new Http2Peer(peer), bytes, widest));
                ProxyFixture proxy = before(upstream);
                RawClient client = proxy.client()) {
            client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse()).hasSizeGreaterThan(bytes);
            assertThat(proxy.record().reason()).isEmpty();
        }
        // From half of 2 MiB to 4 MiB: what is under way meanwhile is not seen here.
        assertThat(widest).hasValueBetween(3 * 1024 * 1024, 4 * 1024 * 1024);
    }

    /** Sends a body as fast as the window of its stream lets it, and keeps the widest. */
    private static void fast(Http2Peer peer, int bytes, AtomicInteger widest) throws IOException {
        int id = peer.next().id();
        String piece = "x".repeat(16 * 1024);
        peer.headers(id, false, ":status", "200", "content-length", Integer.toString(bytes));
        int window = Http2Limits.UPSTREAM.streamWindowBytes();
        for (int left = bytes; left > 0; left -= piece.length()) {
            while (window < piece.length()) {
                window += increment(peer.any(), id);
                widest.accumulateAndGet(window, Math::max);
            }
            peer.data(id, piece, left == piece.length());
            window -= piece.length();
        }
        while (true) {
            peer.any();
        }
    }

    private static int increment(Http2Peer.Frame frame, int id) {
        return frame.type() == Http2Peer.WINDOW_UPDATE && frame.id() == id
                ? Unpooled.wrappedBuffer(Http2Peer.bytes(frame.payload())).getInt(0)
                : 0;
    }

    @Test
    void anUpstreamThatAnswersPingsMayTakeItsTime() throws Exception {
        try (ScriptedUpstream upstream = upstream(true);
                ProxyFixture proxy = before(upstream);
                RawClient client = proxy.client()) {
            client.write(SLOW);
            assertThat(event()).isEqualTo("slow");
            for (int i = 0; i < PINGS; i++) {
                exchange(proxy);
                proxy.pass(clock, SILENT);
                assertThat(event()).isEqualTo("ping");
            }
            assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
            assertThat(proxy.record().reason()).isEmpty();
            assertThat(upstream.connections).hasValue(1);
        }
    }

    @Test
    void anUpstreamThatAnswersNothingIsGone() throws Exception {
        try (ScriptedUpstream upstream = upstream(false);
                ProxyFixture proxy = before(upstream);
                RawClient client = proxy.client()) {
            client.write(SLOW);
            assertThat(event()).isEqualTo("slow");
            exchange(proxy);
            proxy.pass(clock, SILENT);
            assertThat(event()).isEqualTo("ping");
            proxy.pass(clock, SILENT);
            assertThat(event()).isEqualTo("end");
            assertThat(client.readHead()).startsWith("HTTP/1.1 504 ");
            assertThat(proxy.record().reason()).isEqualTo("UPSTREAM_TIMEOUT");
            exchange(proxy);
            assertThat(upstream.connections).hasValue(2);
        }
    }

    @Test
    void aConnectionWithoutUseSaysGoodbyeAfterAMinute() throws Exception {
        try (ScriptedUpstream upstream = upstream(true);
                ProxyFixture proxy = before(upstream)) {
            exchange(proxy);
            proxy.pass(clock, Duration.ofSeconds(59));
            // Is still there, and is of use again.
            exchange(proxy);
            proxy.pass(clock, Duration.ofSeconds(59));
            exchange(proxy);
            assertThat(upstream.connections).hasValue(1);
            proxy.pass(clock, Duration.ofSeconds(61));
            // Nobody asked meanwhile whether it is alive.
            assertThat(event()).isEqualTo("goaway " + ErrorCode.NO_ERROR);
            assertThat(event()).isEqualTo("end");
            exchange(proxy);
            assertThat(upstream.connections).hasValue(2);
        }
    }
}
