package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.sluice.dataplane.l7.filter.FilterChain;
import io.sluice.dataplane.l7.route.ExchangeTimeouts;
import io.sluice.dataplane.net.HeldPort;
import io.sluice.dataplane.telemetry.AccessRecord;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

@SuppressWarnings("StringConcatToTextBlock") // line breaks are the point
final class HttpFailureTest {
    private static final long SHORT = 60_000_000;
    private static final long LONG = 60_000_000_000L;

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";

    /** Answers the first request of its first connection, then closes it when the second comes. */
    private static ScriptedUpstream.Script closingUnderTheSecondRequest(List<String> seen) {
        return (peer, n) -> {
            seen.add(n + peer.readHead().split(" ", -1)[0]);
            peer.write(OK);
            String second = peer.readHead();
            seen.add(n + second.split(" ", -1)[0]);
            if (n == 1) {
                peer.reset();
                return;
            }
            peer.write(OK);
            peer.readAll();
        };
    }

    @Test
    void takesNoMoreRequestsFromAClientThatReadsNoResponses() throws Exception {
        int requests = 100_000;
        try (ProxyFixture proxy = new ProxyFixture(ProxyFixture.spec());
                RawClient client = new RawClient(proxy.address(), 4_096)) {
            String hundred = "GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(100);
            Thread writer =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            for (int i = 0; i < requests; i += 100) {
                                                client.write(hundred);
                                            }
                                        } catch (IOException e) {
                                            throw new UncheckedIOException(e);
                                        }
                                    });
            writer.join(Duration.ofMillis(1_500));
            // All are of one length; read in large pieces, since there are many.
            int length = client.readResponse().length();
            InputStream in = new BufferedInputStream(client.socket().getInputStream(), 1 << 16);
            for (int i = 1; i < requests; i++) {
                assertThat(new String(in.readNBytes(length), US_ASCII))
                        .startsWith("HTTP/1.1 404 ")
                        .endsWith("\n");
            }
            assertThat(proxy.waitingBytesMax).isLessThan(1024 * 1024);
        }
    }

    @Test
    void passesSomeInterimResponsesOnAndRefusesAFloodOfThem() throws Exception {
        String early = "HTTP/1.1 103 Early Hints\r\n\r\n";
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    assertThat(peer.readHead()).isNotEmpty();
                                    peer.write(early.repeat(100));
                                    peer.write(OK);
                                    assertThat(peer.readHead()).isNotEmpty();
                                    peer.write(early.repeat(101));
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write(GET);
            for (int i = 0; i < 100; i++) {
                assertThat(client.readHead()).isEqualTo(early);
            }
            assertThat(client.readResponse()).isEqualTo(OK);
            client.write(GET);
            for (int i = 0; i < 100; i++) {
                assertThat(client.readHead()).isEqualTo(early);
            }
            assertThat(client.readHead()).startsWith("HTTP/1.1 502 ");
        }
    }

    @Test
    void sendsAgainWhereAReusedConnectionTurnsOutDead() throws Exception {
        List<String> seen = new java.util.concurrent.CopyOnWriteArrayList<>();
        try (ScriptedUpstream upstream = new ScriptedUpstream(closingUnderTheSecondRequest(seen));
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write(GET);
            assertThat(client.readResponse()).isEqualTo(OK);
            client.write(GET);
            assertThat(client.readResponse()).isEqualTo(OK);
            assertThat(seen).containsExactly("1GET", "1GET", "2GET");
            proxy.record();
            assertThat(proxy.record().attempts()).isEqualTo(1);
        }
    }

    @Test
    void neverResendsPost() throws Exception {
        List<String> seen = new java.util.concurrent.CopyOnWriteArrayList<>();
        try (ScriptedUpstream upstream = new ScriptedUpstream(closingUnderTheSecondRequest(seen));
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write(GET);
            assertThat(client.readResponse()).isEqualTo(OK);
            client.write(POST);
            assertThat(client.readResponse())
                    .startsWith("HTTP/1.1 502 ")
                    .contains("Sluice-Reason: UPSTREAM_RESET");
            assertThat(seen).containsExactly("1GET", "1POST");
        }
    }

    @Test
    void neverResendsOnAConnectionThatWasNew() throws Exception {
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    peer.readHead();
                                    peer.reset();
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write(GET);
            assertThat(client.readResponse()).startsWith("HTTP/1.1 502 ");
            assertThat(upstream.connections).hasValue(1);
            assertThat(proxy.record().phase()).isEqualTo("SEND");
        }
    }

    @Test
    void triesAnotherEndpointWhereOneRefuses() throws Exception {
        try (HeldPort dead = new HeldPort();
                ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = new ProxyFixture(ProxyFixture.spec());
                RawClient client = proxy.client()) {
            proxy.forwardAll(
                    proxy.cluster("up", dead.socketAddress(), upstream.address()),
                    ProxyFixture.TIMEOUTS,
                    FilterChain.EMPTY);
            int attempts = 0;
            for (int i = 0; i < 4; i++) {
                client.write(POST);
                assertThat(client.readResponse()).isEqualTo(OK);
                AccessRecord record = proxy.record();
                attempts += record.attempts();
                assertThat(record.endpoint()).endsWith(":" + upstream.address().getPort());
            }
            assertThat(attempts).isGreaterThan(4);
        }
    }

    @Test
    void saysThatNobodyAnswers() throws Exception {
        try (HeldPort dead = new HeldPort();
                ProxyFixture proxy = new ProxyFixture(ProxyFixture.spec());
                RawClient client = proxy.client()) {
            proxy.forwardAll(
                    proxy.cluster("up", dead.socketAddress()),
                    ProxyFixture.TIMEOUTS,
                    FilterChain.EMPTY);
            client.write(GET);
            assertThat(client.readResponse())
                    .startsWith("HTTP/1.1 502 ")
                    .contains("Sluice-Reason: CONNECT_FAILED");
            AccessRecord record = proxy.record();
            assertThat(record.attempts()).isEqualTo(2);
            assertThat(record.phase()).isEqualTo("CONNECT");
            proxy.forwardAll(proxy.cluster("none"), ProxyFixture.TIMEOUTS, FilterChain.EMPTY);
            client.write(GET);
            assertThat(client.readResponse())
                    .startsWith("HTTP/1.1 503 ")
                    .contains("Sluice-Reason: NO_HEALTHY_ENDPOINT");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "garbage\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
                "HTTP/1.1 200 OK\r\n"
                        + "Content-Length: 3\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n"
                        + "0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
                "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
                "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
                "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                "HTTP/2 200\r\n\r\n",
                "HTTP/1.1 99 x\r\n\r\n",
            })
    void answers502ToABadResponse(String response) throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> response);
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write(GET);
            assertThat(client.readResponse())
                    .startsWith("HTTP/1.1 502 Bad Gateway\r\n")
                    .contains("Sluice-Reason: UPSTREAM_BAD_RESPONSE");
            assertThat(proxy.record().reason()).isEqualTo("UPSTREAM_BAD_RESPONSE");
        }
    }

    @Test
    void neverReusesAConnectionThatSaidTooMuch() throws Exception {
        try (ScriptedUpstream upstream =
                        ScriptedUpstream.replying(head -> OK + "HTTP/1.1 200 OK\r\n\r\nevil");
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            for (int i = 0; i < 3; i++) {
                client.write(GET);
                assertThat(client.readResponse()).isEqualTo(OK);
            }
            assertThat(upstream.connections).hasValue(3);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            })
    void cutsAResponseOffWhereTheUpstreamDoes(String response) throws Exception {
        for (String version : new String[] {"1.0", "1.1"}) {
            try (ScriptedUpstream upstream =
                            new ScriptedUpstream(
                                    (peer, n) -> {
                                        peer.readHead();
                                        peer.write(response);
                                        peer.socket().getInputStream().read(new byte[0]);
                                    });
                    ProxyFixture proxy = ProxyFixture.before(upstream);
                    RawClient client = proxy.client()) {
                client.write("GET / HTTP/" + version + "\r\nHost: a\r\n\r\n");
                // The bytes before the reset may be lost with it, as with any reset.
                assertThat(client.readAll()).endsWith("<RESET>");
                AccessRecord record = proxy.record();
                assertThat(record.phase()).isEqualTo("RESPOND");
                assertThat(record.status()).isEqualTo(200);
                assertThat(record.reason()).isEqualTo("UPSTREAM_RESET");
            }
        }
    }

    @Test
    void cutsAResponseOffWhereItsChunksTurnBad() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    peer.readHead();
                                    peer.write(
                                            "HTTP/1.1 200 OK\r\n"
                                                    + "Transfer-Encoding: chunked\r\n\r\n"
                                                    + "5\r\n"
                                                    + "hello\r\n");
                                    HttpStreamTest.await(read);
                                    peer.write("zz");
                                    peer.readAll();
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write(GET);
            client.readHead();
            read.countDown();
            assertThat(client.readAll()).endsWith("<RESET>");
            assertThat(proxy.record().reason()).isEqualTo("UPSTREAM_BAD_RESPONSE");
        }
    }

    @Test
    void cutsOffABodyThatWouldEndWithAResetConnection() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    peer.readHead();
                                    peer.write("HTTP/1.1 200 OK\r\n\r\nhello");
                                    HttpStreamTest.await(read);
                                    peer.reset();
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write(GET);
            client.readHead();
            read.countDown();
            assertThat(client.readAll()).endsWith("<RESET>").doesNotContain("0\r\n\r\n");
        }
    }

    @Test
    void leavesTheUpstreamWhenTheClientLeaves() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch left = new CountDownLatch(1);
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    peer.readHead();
                                    asked.countDown();
                                    peer.readAll();
                                    left.countDown();
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write(GET);
            asked.await();
            client.socket().close();
            left.await();
            AccessRecord record = proxy.record();
            assertThat(record.reason()).isEqualTo("DOWNSTREAM_CLOSED");
            assertThat(record.phase()).isEqualTo("SEND");
            assertThat(record.status()).isZero();
        }
    }

    @Test
    void leavesTheUpstreamWhenTheClientLeavesWithinABody() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch left = new CountDownLatch(1);
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    peer.readHead();
                                    asked.countDown();
                                    try {
                                        peer.readAll();
                                    } catch (IOException reset) {
                                        left.countDown();
                                    }
                                    left.countDown();
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
            asked.await();
            client.socket().close();
            left.await();
            assertThat(proxy.record().reason()).isEqualTo("DOWNSTREAM_CLOSED");
        }
    }

    @Test
    void refusesBadChunksWithoutBelievingThem() throws Exception {
        for (String body :
                new String[] {
                    "5 \r\nhello\r\n",
                    "0x5\r\nhello\r\n",
                    "-1\r\n",
                    "5\nhello\r\n",
                    "5\r\nhelloXX",
                    "\r\n",
                    "ffffffffffffffff\r\n",
                    "5;\n\r\nhello\r\n",
                    "0\r\nContent-Length: 3\r\n\r\n",
                    "0\r\n bad\r\n\r\n",
                    "1;" + "e".repeat(300) + "\r\na\r\n"
                }) {
            try (ScriptedUpstream upstream = new ScriptedUpstream((peer, n) -> peer.readAll());
                    ProxyFixture proxy = ProxyFixture.before(upstream);
                    RawClient client = proxy.client()) {
                client.write(
                        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + body
                                + GET);
                assertThat(client.readAll())
                        .startsWith("HTTP/1.1 400 ")
                        .contains("Sluice-Reason: BAD_FRAMING")
                        .containsOnlyOnce("HTTP/1.1")
                        .doesNotContain("<");
            }
        }
    }

    @Test
    void givesUpOnAnUpstreamThatSaysNothing() throws Exception {
        try (ScriptedUpstream upstream = new ScriptedUpstream((peer, n) -> peer.readAll());
                ProxyFixture proxy = new ProxyFixture(ProxyFixture.spec());
                RawClient client = proxy.client()) {
            var cluster = proxy.cluster("up", upstream.address());
            proxy.forwardAll(cluster, new ExchangeTimeouts(50_000_000, 0, 0), FilterChain.EMPTY);
            client.write(POST);
            assertThat(client.readResponse())
                    .startsWith("HTTP/1.1 504 ")
                    .contains("Sluice-Reason: UPSTREAM_TIMEOUT");
            assertThat(proxy.record().phase()).isEqualTo("SEND");
            proxy.forwardAll(cluster, new ExchangeTimeouts(0, 0, 50_000_000), FilterChain.EMPTY);
            client.write(GET);
            assertThat(client.readResponse())
                    .startsWith("HTTP/1.1 504 ")
                    .contains("Sluice-Reason: TOTAL_TIMEOUT");
        }
    }

    @Test
    void givesUpOnAResponseThatStops() throws Exception {
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    peer.readHead();
                                    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello");
                                    peer.readAll();
                                });
                ProxyFixture proxy = new ProxyFixture(ProxyFixture.spec());
                RawClient client = proxy.client()) {
            proxy.forwardAll(
                    proxy.cluster("up", upstream.address()),
                    new ExchangeTimeouts(0, 50_000_000, 0),
                    FilterChain.EMPTY);
            client.write(GET);
            assertThat(client.readAll()).endsWith("<RESET>");
            AccessRecord record = proxy.record();
            assertThat(record.reason()).isEqualTo("UPSTREAM_TIMEOUT");
            assertThat(record.phase()).isEqualTo("RESPOND");
        }
    }

    @Test
    void givesUpOnClientsThatSayNothing() throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK)) {
            try (ProxyFixture proxy = impatient(upstream, SHORT, LONG, LONG);
                    RawClient client = proxy.client()) {
                assertThat(client.readAll()).isEmpty();
            }
            try (ProxyFixture proxy = impatient(upstream, LONG, LONG, SHORT);
                    RawClient client = proxy.client()) {
                client.write(GET);
                assertThat(client.readResponse()).isEqualTo(OK);
                assertThat(client.readAll()).isEmpty();
            }
        }
    }

    @Test
    void givesUpOnHeadsAndBodiesThatStop() throws Exception {
        Duration some = Duration.ofSeconds(1);
        HttpSpec.Timeouts timeouts = new HttpSpec.Timeouts(some.toNanos(), some.toNanos(), LONG);
        StoppedClock clock = new StoppedClock();
        String[] parts = {
            "GET / HTT", GET, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab"
        };
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = new ProxyFixture(ProxyFixture.spec(timeouts), clock);
                RawClient first = proxy.client();
                RawClient second = proxy.client();
                RawClient third = proxy.client()) {
            proxy.forwardAll(
                    proxy.cluster("up", upstream.address()),
                    ProxyFixture.TIMEOUTS,
                    FilterChain.EMPTY);
            first.write(parts[0]);
            second.write(parts[1]);
            third.write(parts[2]);
            assertThat(second.readResponse()).isEqualTo(OK);
            second.write("GET ");
            int sent = String.join("", parts).length() + "GET ".length();
            proxy.await(() -> proxy.serving.meter().bytesIn == sent);
            // Until its upstream is there, no body is waited for.
            proxy.await(() -> upstream.heads.size() == 2);
            proxy.pass(clock, some.multipliedBy(2));
            assertThat(first.readAll())
                    .startsWith("HTTP/1.1 408 ")
                    .contains("Sluice-Reason: REQUEST_TIMEOUT");
            assertThat(second.readAll()).startsWith("HTTP/1.1 408 ");
            assertThat(third.readAll()).startsWith("HTTP/1.1 408 ");
        }
    }

    private static ProxyFixture impatient(
            ScriptedUpstream upstream, long requestHead, long requestBody, long idle)
            throws Exception {
        HttpSpec.Timeouts timeouts = new HttpSpec.Timeouts(requestHead, requestBody, idle);
        ProxyFixture proxy = new ProxyFixture(ProxyFixture.spec(timeouts));
        proxy.forwardAll(
                proxy.cluster("up", upstream.address()), ProxyFixture.TIMEOUTS, FilterChain.EMPTY);
        return proxy;
    }
}
