package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.cluster.WeightedClusters;
import io.sluice.dataplane.l7.filter.FilterChain;
import io.sluice.dataplane.l7.route.ExchangeTimeouts;
import io.sluice.dataplane.l7.route.RetryPolicy;
import io.sluice.dataplane.l7.route.Route;
import io.sluice.dataplane.l7.route.RouteAction;
import io.sluice.dataplane.telemetry.AccessRecord;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What is sent again, and what never is. */
@SuppressWarnings("StringConcatToTextBlock") // line breaks are the point
final class HttpRetryTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private static final String BUSY = "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy";
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";

    private static RetryPolicy policy(boolean anyMethod, int budgetPercent) {
        return new RetryPolicy(
                3, true, true, true, bits(503), bits(14), anyMethod, budgetPercent, 1_000_000);
    }

    private static BitSet bits(int number) {
        BitSet bits = new BitSet();
        bits.set(number);
        return bits;
    }

    private static ProxyFixture proxy(
            ScriptedUpstream upstream, RetryPolicy policy, long perTryNanos) {
        ProxyFixture proxy = new ProxyFixture(ProxyFixture.spec());
        forward(proxy, upstream, policy, perTryNanos);
        return proxy;
    }

    private static void forward(
            ProxyFixture proxy, ScriptedUpstream upstream, RetryPolicy policy, long perTryNanos) {
        ExchangeTimeouts timeouts =
                new ExchangeTimeouts(60_000_000_000L, 60_000_000_000L, 0, perTryNanos);
        proxy.use(
                new Route(
                        "shop",
                        "all",
                        new RouteAction.Forward(
                                WeightedClusters.only(proxy.cluster("up", upstream.address())),
                                timeouts,
                                policy),
                        FilterChain.EMPTY));
    }

    /** Answers every third request as it should. */
    private static ScriptedUpstream everyThird(String otherwise) throws IOException {
        AtomicInteger requests = new AtomicInteger();
        return ScriptedUpstream.replying(
                head -> {
                    assertThat(head).endsWith(head.startsWith("POST") ? "abc" : "\r\n\r\n");
                    return requests.incrementAndGet() % 3 == 0 ? OK : otherwise;
                });
    }

    @Test
    void triesStatusesAgainForBothVersionsOfHttp() throws Exception {
        try (ScriptedUpstream upstream = everyThird(BUSY);
                ProxyFixture proxy = proxy(upstream, policy(true, 100), 0);
                RawClient http1 = proxy.client();
                Http2Client http2 = new Http2Client(proxy.address())) {
            http1.write(GET);
            assertThat(http1.readResponse()).isEqualTo(OK);
            assertThat(proxy.record().attempts()).isEqualTo(3);
            // The body is sent again.
            http1.write(POST);
            assertThat(http1.readResponse()).isEqualTo(OK);
            assertThat(http2.response(http2.get("/")).text()).isEqualTo("hello");
            int post = http2.post("/", "content-length", "3");
            http2.data(post, "abc", true);
            assertThat(http2.response(post).text()).isEqualTo("hello");
            assertThat(upstream.heads).hasSize(12);
        }
    }

    @Test
    void trailersOfAResponseThatIsThrownAwayGoWithIt() throws Exception {
        String busy =
                "HTTP/1.1 503 Busy\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n"
                        + "4\r\nbusy\r\n0\r\nX-Sum: 1\r\n\r\n";
        try (ScriptedUpstream upstream = everyThird(busy);
                ProxyFixture proxy = proxy(upstream, policy(true, 100), 0);
                Http2Client client = new Http2Client(proxy.address())) {
            Http2Client.Response response = client.response(client.get("/"));
            assertThat(response.status).isEqualTo("200");
            assertThat(response.text()).isEqualTo("hello");
            assertThat(response.trailers).isEmpty();
            assertThat(proxy.record().attempts()).isEqualTo(3);
        }
    }

    @Test
    void passesTheLastResponseOn() throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> BUSY);
                ProxyFixture proxy = proxy(upstream, policy(false, 100), 0);
                RawClient client = proxy.client()) {
            client.write(GET);
            assertThat(client.readResponse()).isEqualTo(BUSY);
            AccessRecord record = proxy.record();
            assertThat(record.attempts()).isEqualTo(3);
            assertThat(record.status()).isEqualTo(503);
        }
    }

    @Test
    void sendsNothingAgainThatMayHaveHadAnEffect() throws Exception {
        try (ScriptedUpstream upstream = everyThird(BUSY);
                ProxyFixture proxy = proxy(upstream, policy(false, 100), 0);
                RawClient client = proxy.client()) {
            client.write(POST);
            assertThat(client.readResponse()).isEqualTo(BUSY);
            assertThat(proxy.record().attempts()).isEqualTo(1);
            assertThat(upstream.heads).hasSize(1);
        }
    }

    @Test
    void triesGrpcStatusesAgain() throws Exception {
        String unavailable = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\ngrpc-status: 14\r\n\r\n";
        try (ScriptedUpstream upstream = everyThird(unavailable);
                ProxyFixture proxy = proxy(upstream, policy(true, 100), 0);
                RawClient client = proxy.client()) {
            client.write(POST);
            assertThat(client.readResponse()).isEqualTo(OK);
        }
    }

    @Test
    void triesAgainAfterAResetBeforeTheResponse() throws Exception {
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, number) -> {
                                    peer.readHead();
                                    if (number < 3) {
                                        peer.reset();
                                    } else {
                                        peer.write(OK);
                                    }
                                });
                ProxyFixture proxy = proxy(upstream, policy(false, 100), 0);
                RawClient client = proxy.client()) {
            client.write(GET);
            assertThat(client.readResponse()).isEqualTo(OK);
            assertThat(proxy.record().attempts()).isEqualTo(3);
        }
    }

    @Test
    void boundsEachAttempt() throws Exception {
        Duration each = Duration.ofSeconds(1);
        Semaphore asked = new Semaphore(0);
        StoppedClock clock = new StoppedClock();
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, number) -> {
                                    peer.readHead();
                                    if (number % 3 != 0) {
                                        asked.release();
                                        peer.readAll();
                                        return;
                                    }
                                    peer.write(OK);
                                });
                ProxyFixture proxy = new ProxyFixture(ProxyFixture.spec(), clock);
                RawClient client = proxy.client()) {
            forward(proxy, upstream, policy(false, 100), each.toNanos());
            client.write(GET);
            for (int attempt = 1; attempt < 3; attempt++) {
                assertThat(asked.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
                // Behind it, the back-off.
                proxy.pass(clock, each.multipliedBy(2));
                proxy.pass(clock, each.dividedBy(2));
            }
            assertThat(client.readResponse()).isEqualTo(OK);
            assertThat(proxy.record().attempts()).isEqualTo(3);
        }
    }

    @Test
    void saysThatAnAttemptTookTooLong() throws Exception {
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, number) -> {
                                    peer.readHead();
                                    peer.readAll();
                                });
                ProxyFixture proxy = proxy(upstream, new RetryPolicy(3, true), 50_000_000);
                RawClient client = proxy.client()) {
            client.write(GET);
            assertThat(client.readResponse())
                    .startsWith("HTTP/1.1 504 ")
                    .contains("Sluice-Reason: UPSTREAM_TIMEOUT\r\n");
            assertThat(proxy.record().attempts()).isEqualTo(1);
        }
    }

    @Test
    void retriesNoMoreThanItsBudget() throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> BUSY);
                ProxyFixture proxy = proxy(upstream, policy(false, 20), 0);
                RawClient client = proxy.client()) {
            for (int i = 0; i < 100; i++) {
                client.write(GET);
                assertThat(client.readResponse()).isEqualTo(BUSY);
            }
            // 10 to begin with, and one for every five requests.
            assertThat(upstream.heads.size()).isBetween(125, 130);
        }
    }
}
