package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.l7.filter.FilterChain;
import io.sluice.dataplane.l7.filter.HttpFilter;
import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.message.ResponseHead;
import io.sluice.dataplane.l7.route.Route;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.telemetry.AccessRecord;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Tunnels, draining, and filters that finish later. */
@SuppressWarnings("StringConcatToTextBlock") // line breaks are the point
final class HttpLifecycleTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String UPGRADE =
            "GET /ws HTTP/1.1\r\n"
                    + "Host: a\r\n"
                    + "Connection: keep-alive, Upgrade\r\n"
                    + "Upgrade: WebSocket\r\n"
                    + "Sec-WebSocket-Key: x\r\n\r\n";
    private static final String SWITCHED =
            "HTTP/1.1 101 Switching Protocols\r\n"
                    + "Connection: Upgrade\r\n"
                    + "Upgrade: websocket\r\n"
                    + "Sec-WebSocket-Accept: y\r\n\r\n";

    @Test
    void turnsAWebSocketIntoATunnel() throws Exception {
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    assertThat(peer.readHead())
                                            .contains(
                                                    "Connection: Upgrade\r\n"
                                                            + "Upgrade: websocket\r\n");
                                    peer.write(SWITCHED + "early");
                                    peer.write("<" + peer.read(9) + ">");
                                    peer.write(peer.readAll());
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write(UPGRADE);
            client.write("ping!");
            assertThat(client.readHead())
                    .isEqualTo(
                            "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: y\r\n"
                                    + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            assertThat(client.read(5)).isEqualTo("early");
            client.write("pong");
            assertThat(client.read(11)).isEqualTo("<ping!pong>");
            client.write("rest");
            client.shutdownOutput();
            assertThat(client.readAll()).isEqualTo("rest");
            AccessRecord record = proxy.record();
            assertThat(record.status()).isEqualTo(101);
            assertThat(record.reason()).isEmpty();
            assertThat(record.bytesIn()).isEqualTo(UPGRADE.length() + 13);
            proxy.onLoop(() -> assertThat(proxy.serving.connections()).isZero());
        }
    }

    @Test
    void goesOnInHttpWhereTheUpstreamDoesNotSwitch() throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write(UPGRADE + GET);
            assertThat(client.readResponse()).isEqualTo(OK);
            assertThat(client.readResponse()).isEqualTo(OK);
        }
    }

    @Test
    void cutsTunnelsOnlyWhenCut() throws Exception {
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    peer.readHead();
                                    peer.write(SWITCHED);
                                    peer.write(peer.read(2));
                                    peer.readAll();
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write(UPGRADE);
            client.readHead();
            proxy.onLoop(proxy.serving::drain);
            client.write("hi");
            assertThat(client.read(2)).isEqualTo("hi");
            proxy.onLoop(proxy.serving::cut);
            assertThat(client.readAll()).isIn("", "<RESET>");
            assertThat(proxy.record().reason()).isEqualTo("DRAINING");
        }
    }

    @Test
    void aThousandChangesDoNotTouchAnOpenWebSocket() throws Exception {
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    peer.readHead();
                                    peer.write(SWITCHED);
                                    String bytes = peer.read(1);
                                    while (!bytes.isEmpty()) {
                                        peer.write(bytes);
                                        bytes = peer.read(1);
                                    }
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write(UPGRADE);
            client.readHead();
            for (int i = 0; i < 1_000; i++) {
                // Its route goes, its options change, its cluster stays or is another.
                proxy.use(
                        i % 2 == 0
                                ? Route.NONE
                                : ProxyFixture.route(
                                        proxy.cluster("other-" + i % 7, upstream.address()),
                                        ProxyFixture.TIMEOUTS,
                                        FilterChain.EMPTY));
                client.write("x");
                assertThat(client.read(1)).isEqualTo("x");
            }
            client.shutdownOutput();
            assertThat(client.readAll()).isEmpty();
            AccessRecord record = proxy.record();
            assertThat(record.status()).isEqualTo(101);
            assertThat(record.reason()).isEmpty();
            assertThat(record.bytesIn()).isEqualTo(UPGRADE.length() + 1_000);
        }
    }

    @Test
    void drainsIdleConnectionsAndSaysCloseOnTheOthers() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    while (!peer.readHead().isEmpty()) {
                                        if (n == 2) {
                                            asked.countDown();
                                            HttpStreamTest.await(answer);
                                        }
                                        peer.write(OK);
                                        if (n == 1) {
                                            return;
                                        }
                                    }
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient idle = proxy.client();
                RawClient busy = proxy.client()) {
            idle.write(GET);
            assertThat(idle.readResponse()).isEqualTo(OK);
            busy.write(GET);
            // The first upstream connection may not have been seen closing yet: then this is sent
            // again.
            asked.await();
            proxy.onLoop(proxy.serving::drain);
            assertThat(idle.readAll()).isEmpty();
            answer.countDown();
            assertThat(busy.readAll())
                    .isEqualTo(
                            "HTTP/1.1 200 OK\r\n"
                                    + "Content-Length: 5\r\n"
                                    + "Connection: close\r\n\r\n"
                                    + "hello");
            try (RawClient late = proxy.client()) {
                late.write(GET);
                assertThat(late.readAll()).contains("Connection: close").endsWith("hello");
            }
            proxy.onLoop(proxy.serving::undrain);
            try (RawClient again = proxy.client()) {
                again.write(GET);
                assertThat(again.readResponse()).isEqualTo(OK);
            }
        }
    }

    @Test
    void answersTheRequestThatCrossesTheBeginOfADrain() throws Exception {
        // However long it is on its way.
        StoppedClock clock = new StoppedClock();
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = ProxyFixture.before(clock, upstream);
                RawClient client = proxy.client()) {
            client.write(GET);
            assertThat(client.readResponse()).isEqualTo(OK);
            proxy.onLoop(proxy.serving::drain);
            client.write(GET);
            assertThat(client.readAll()).contains("Connection: close").endsWith("hello");
        }
    }

    @Test
    void letsAResponseOutlastTheGraceOfAClientThatEndedItsSide() throws Exception {
        StoppedClock clock = new StoppedClock();
        CountDownLatch ended = new CountDownLatch(1);
        CountDownLatch more = new CountDownLatch(1);
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    peer.readHead();
                                    HttpStreamTest.await(ended);
                                    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
                                    HttpStreamTest.await(more);
                                    peer.write("lo");
                                    peer.readAll();
                                });
                ProxyFixture proxy = ProxyFixture.before(clock, upstream);
                RawClient client = proxy.client()) {
            client.write(GET);
            client.shutdownOutput();
            proxy.await(proxy::clientEnded);
            ended.countDown();
            assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
            proxy.pass(clock, Duration.ofSeconds(2));
            more.countDown();
            assertThat(client.readAll()).isEqualTo("hello");
        }
    }

    /** Asks to wait, and goes on from another task of the loop. */
    private record LaterFilter(ProxyFixture proxy, boolean refuses) implements HttpFilter {
        @Override
        public Verdict request(RequestHead head, Waiting waiting) {
            proxy.loop.execute(
                    () ->
                            proxy.loop.execute(
                                    () -> {
                                        if (refuses) {
                                            waiting.refuse(Failure.OVER_LIMIT);
                                            return;
                                        }
                                        waiting.head()
                                                .fields()
                                                .set(HeaderName.of("X-Later"), Ascii.bytes("yes"));
                                        waiting.proceed();
                                    }));
            return Verdict.LATER;
        }

        @Override
        public void response(ResponseHead head) {
            head.fields().add(HeaderName.of("X-Passed"), Ascii.bytes("later"));
        }
    }

    @Test
    void holdsTheBodyBackWhileAFilterWaits() throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = new ProxyFixture(ProxyFixture.spec());
                RawClient client = proxy.client()) {
            var cluster = proxy.cluster("up", upstream.address());
            proxy.forwardAll(
                    cluster,
                    ProxyFixture.TIMEOUTS,
                    FilterChain.of(
                            List.of(new LaterFilter(proxy, false), new LaterFilter(proxy, false))));
            for (int i = 0; i < 3; i++) {
                client.write("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody");
                assertThat(client.readResponse())
                        .isEqualTo(
                                "HTTP/1.1 200 OK\r\n"
                                        + "Content-Length: 5\r\n"
                                        + "X-Passed: later\r\n"
                                        + "X-Passed: later\r\n\r\n"
                                        + "hello");
            }
            assertThat(upstream.heads.getFirst())
                    .startsWith("POST /p HTTP/1.1\r\n")
                    .containsOnlyOnce("X-Later: yes\r\n");
            proxy.forwardAll(
                    cluster,
                    ProxyFixture.TIMEOUTS,
                    FilterChain.of(List.of(new LaterFilter(proxy, true))));
            client.write(GET);
            assertThat(client.readResponse())
                    .startsWith("HTTP/1.1 503 ")
                    .contains("Sluice-Reason: OVER_LIMIT\r\n")
                    .contains("X-Passed: later\r\n");
        }
    }
}
