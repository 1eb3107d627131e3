package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.l7.codec.HeadLimits;
import io.sluice.dataplane.l7.filter.FilterChain;
import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.route.ReplyField;
import io.sluice.dataplane.l7.route.Route;
import io.sluice.dataplane.l7.route.RouteAction;
import io.sluice.dataplane.telemetry.AccessRecord;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Objects;

@SuppressWarnings("StringConcatToTextBlock") // line breaks are the point
final class HttpStreamTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    @Test
    void passesARequestAndItsResponse() throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write("GET /a?b=c HTTP/1.1\r\nHost: Shop.example\r\nX-Own: 1\r\n\r\n");
            assertThat(client.readResponse()).isEqualTo(OK);
            String head = upstream.heads.getFirst();
            assertThat(head)
                    .startsWith("GET /a?b=c HTTP/1.1\r\nHost: Shop.example\r\nX-Own: 1\r\n")
                    .contains("X-Forwarded-For: 127.0.0.1\r\n")
                    .contains("X-Forwarded-Proto: http\r\n")
                    .contains("X-Forwarded-Host: Shop.example\r\n")
                    .contains("Via: 1.1 sluice\r\n")
                    .containsPattern("X-Request-Id: [0-9a-f]{32}\r\n");
            AccessRecord record = proxy.record();
            assertThat(record.listener()).isEqualTo("web");
            assertThat(record.route()).isEqualTo("shop");
            assertThat(record.rule()).isEqualTo("all");
            assertThat(record.cluster()).isEqualTo("up");
            assertThat(record.endpoint()).isEqualTo("127.0.0.1:" + upstream.address().getPort());
            assertThat(record.client()).isEqualTo("127.0.0.1:" + client.socket().getLocalPort());
            assertThat(record.method()).isEqualTo("GET");
            assertThat(record.host()).isEqualTo("shop.example");
            assertThat(record.path()).isEqualTo("/a");
            assertThat(record.status()).isEqualTo(200);
            assertThat(record.reason()).isEmpty();
            assertThat(record.phase()).isEqualTo("DONE");
            assertThat(record.bytesIn()).isEqualTo(53);
            assertThat(record.bytesOut()).isEqualTo(OK.length());
            assertThat(record.attempts()).isEqualTo(1);
            assertThat(head).contains("X-Request-Id: " + record.requestId() + "\r\n");
        }
    }

    @Test
    void keepsConnectionsOnBothSides() throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            for (int i = 0; i < 20; i++) {
                client.write(GET);
                assertThat(client.readResponse()).isEqualTo(OK);
            }
            assertThat(upstream.connections).hasValue(1);
            assertThat(upstream.heads).hasSize(20);
        }
    }

    @Test
    void answersPipelinedRequestsInOrder() throws Exception {
        try (ScriptedUpstream upstream =
                        ScriptedUpstream.replying(
                                head -> {
                                    String path = head.split(" ", -1)[1];
                                    return "HTTP/1.1 200 OK\r\nContent-Length: "
                                            + path.length()
                                            + "\r\n\r\n"
                                            + path;
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                all.append("POST /")
                        .append(i)
                        .append(" HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
            }
            client.write(all.toString());
            for (int i = 0; i < 50; i++) {
                assertThat(client.readResponse()).endsWith("\r\n\r\n/" + i);
            }
        }
    }

    @Test
    void takesARequestInAnyPieces() throws Exception {
        String request = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody" + GET;
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = ProxyFixture.before(upstream)) {
            for (int split = 1; split < request.length(); split++) {
                try (RawClient client = proxy.client()) {
                    client.write(request.substring(0, split));
                    client.write(request.substring(split));
                    assertThat(client.readResponse()).isEqualTo(OK);
                    assertThat(client.readResponse()).isEqualTo(OK);
                }
            }
        }
    }

    @Test
    void dropsWhatConcernsTheConnectionOnly() throws Exception {
        try (ScriptedUpstream upstream =
                        ScriptedUpstream.replying(
                                head ->
                                        "HTTP/1.1 200 OK\r\n"
                                                + "Connection: keep-alive, X-Hop\r\n"
                                                + "X-Hop: 1\r\n"
                                                + "Keep-Alive: timeout=5\r\n"
                                                + "Server: up\r\n"
                                                + "Content-Length: 0\r\n\r\n");
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write(
                    "GET / HTTP/1.1\r\n"
                            + "Host: a\r\n"
                            + "Connection: x-secret, keep-alive, content-length\r\n"
                            + "X-Secret: 1\r\n"
                            + "Keep-Alive: 3\r\n"
                            + "Proxy-Connection: keep-alive\r\n"
                            + "TE: gzip\r\n"
                            + "Upgrade: h2c\r\n"
                            + "HTTP2-Settings: AAA\r\n"
                            + "X-Kept: 2\r\n\r\n");
            assertThat(client.readResponse())
                    .isEqualTo("HTTP/1.1 200 OK\r\nServer: up\r\nContent-Length: 0\r\n\r\n");
            assertThat(upstream.heads.getFirst())
                    .startsWith("GET / HTTP/1.1\r\nHost: a\r\nX-Kept: 2\r\nX-Forwarded-For")
                    .doesNotContainIgnoringCase("connection")
                    .doesNotContainIgnoringCase("upgrade")
                    .doesNotContainIgnoringCase("\r\nte:")
                    .doesNotContainIgnoringCase("settings");
        }
    }

    @Test
    void replacesWhatClientsClaim() throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write(
                    "GET / HTTP/1.1\r\n"
                            + "Host: a\r\n"
                            + "X-Forwarded-For: 1.2.3.4\r\n"
                            + "x-forwarded-proto: https\r\n"
                            + "X-Forwarded-Port: 443\r\n"
                            + "Forwarded: for=1.2.3.4\r\n"
                            + "X-Request-Id: mine\r\n"
                            + "Via: 1.1 other\r\n\r\n");
            client.readResponse();
            assertThat(upstream.heads.getFirst())
                    .contains("X-Forwarded-For: 127.0.0.1\r\n")
                    .contains("X-Forwarded-Proto: http\r\n")
                    .contains("Via: 1.1 other, 1.1 sluice\r\n")
                    .doesNotContain("1.2.3.4")
                    .doesNotContain("443")
                    .doesNotContain("mine");
        }
    }

    @Test
    void extendsWhatTrustedProxiesSay() throws Exception {
        HttpSpec plain = ProxyFixture.spec();
        HttpSpec spec =
                new HttpSpec(
                        plain.timeouts(),
                        plain.headLimits(),
                        plain.bodyBytesMax(),
                        plain.connectionsMax(),
                        Objects.requireNonNull(
                                Networks.parse(List.of("127.0.0.0/8", "10.0.0.0/8"))),
                        plain.additions(),
                        true);
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = new ProxyFixture(spec);
                RawClient client = proxy.client()) {
            proxy.forwardAll(
                    proxy.cluster("up", upstream.address()),
                    ProxyFixture.TIMEOUTS,
                    FilterChain.EMPTY);
            client.write(
                    "GET / HTTP/1.1\r\n"
                            + "Host: a\r\n"
                            + "X-Forwarded-For: 6.6.6.6, 1.2.3.4\r\n"
                            + "X-Forwarded-For: 10.0.0.7\r\n"
                            + "X-Forwarded-Proto: https\r\n"
                            + "X-Request-Id: mine\r\n\r\n");
            client.readResponse();
            assertThat(upstream.heads.getFirst())
                    .contains("X-Forwarded-For: 6.6.6.6, 1.2.3.4, 10.0.0.7, 127.0.0.1\r\n")
                    .contains("X-Forwarded-Proto: https\r\n")
                    .contains("X-Request-Id: mine\r\n");
            AccessRecord record = proxy.record();
            assertThat(record.client()).isEqualTo("1.2.3.4");
            assertThat(record.requestId()).isEqualTo("mine");
        }
    }

    @Test
    void normalizesPathsAndRefusesBadOnes() throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write("GET /a/./b/../%63?x=/../y HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse()).isEqualTo(OK);
            assertThat(upstream.heads.getFirst()).startsWith("GET /a/c?x=/../y HTTP/1.1\r\n");
            client.write("GET /a/../../b HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse())
                    .startsWith("HTTP/1.1 400 Bad Request\r\n")
                    .contains("Sluice-Reason: BAD_PATH\r\n");
            client.write(GET);
            assertThat(client.readResponse()).isEqualTo(OK);
        }
    }

    @Test
    void sendsAbsoluteAndAsteriskTargetsOn() throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write("GET http://Other.example:81/p?q HTTP/1.1\r\nHost: a\r\n\r\n");
            client.readResponse();
            assertThat(upstream.heads.get(0))
                    .startsWith("GET /p?q HTTP/1.1\r\nHost: Other.example:81\r\n");
            client.write("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
            client.readResponse();
            assertThat(upstream.heads.get(1)).startsWith("OPTIONS * HTTP/1.1\r\nHost: a\r\n");
            client.write("GET http://b HTTP/1.1\r\nHost: a\r\n\r\n");
            client.readResponse();
            assertThat(upstream.heads.get(2)).startsWith("GET / HTTP/1.1\r\nHost: b\r\n");
        }
    }

    @Test
    void repliesItselfWhereTheRouteSaysSo() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(ProxyFixture.spec());
                RawClient client = proxy.client()) {
            client.write(GET);
            assertThat(client.readResponse())
                    .isEqualTo(
                            "HTTP/1.1 404 Not Found\r\n"
                                    + "Content-Type: text/plain; charset=utf-8\r\n"
                                    + "Sluice-Reason: NO_ROUTE\r\n"
                                    + "Content-Length: 14\r\n\r\n"
                                    + "404 Not Found\n");
            AccessRecord record = proxy.record();
            assertThat(record.reason()).isEqualTo("NO_ROUTE");
            assertThat(record.phase()).isEqualTo("ROUTE");
            assertThat(record.status()).isEqualTo(404);

            proxy.use(
                    reply(
                            new RouteAction.Reply(
                                    200,
                                    Ascii.bytes("hi"),
                                    List.of(
                                            new ReplyField(
                                                    HeaderName.of("X-A"), Ascii.bytes("b"))))));
            client.write("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + GET);
            assertThat(client.readHead())
                    .isEqualTo("HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 2\r\n\r\n");
            assertThat(client.readResponse()).endsWith("\r\n\r\nhi");

            proxy.use(reply(new RouteAction.Redirect(308, "https", "", "")));
            client.write("GET /a?b HTTP/1.1\r\nHost: shop.example\r\n\r\n");
            assertThat(client.readResponse())
                    .startsWith("HTTP/1.1 308 Permanent Redirect\r\n")
                    .contains("Location: https://shop.example/a?b\r\n");
        }
    }

    private static Route reply(RouteAction action) {
        return new Route("r", "u", action, FilterChain.EMPTY);
    }

    @Test
    void closesWhenTheClientAsksForIt() throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertThat(client.readAll())
                    .isEqualTo(
                            "HTTP/1.1 200 OK\r\n"
                                    + "Content-Length: 5\r\n"
                                    + "Connection: close\r\n\r\n"
                                    + "hello");
        }
    }

    @Test
    void servesHttp10() throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = ProxyFixture.before(upstream)) {
            try (RawClient client = proxy.client()) {
                client.write("GET / HTTP/1.0\r\n\r\n");
                assertThat(client.readAll())
                        .isEqualTo(
                                "HTTP/1.1 200 OK\r\n"
                                        + "Content-Length: 5\r\n"
                                        + "Connection: close\r\n\r\n"
                                        + "hello");
                assertThat(upstream.heads.getFirst())
                        .startsWith("GET / HTTP/1.1\r\nHost: \r\n")
                        .contains("Via: 1.0 sluice\r\n");
            }
            try (RawClient client = proxy.client()) {
                for (int i = 0; i < 2; i++) {
                    client.write("GET / HTTP/1.0\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\n");
                    assertThat(client.readResponse())
                            .isEqualTo(
                                    "HTTP/1.1 200 OK\r\n"
                                            + "Content-Length: 5\r\n"
                                            + "Connection: keep-alive\r\n\r\n"
                                            + "hello");
                }
            }
        }
    }

    @Test
    void answersAClientThatEndedItsSide() throws Exception {
        // However long the upstream takes: the client is given a second.
        StoppedClock clock = new StoppedClock();
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = ProxyFixture.before(clock, upstream);
                RawClient client = proxy.client()) {
            client.write(GET);
            client.shutdownOutput();
            assertThat(client.readAll()).contains("200 OK").endsWith("hello");
        }
    }

    @Test
    void refusesTooMuch() throws Exception {
        HttpSpec plain = ProxyFixture.spec();
        HttpSpec spec =
                new HttpSpec(
                        plain.timeouts(),
                        new HeadLimits(1024, 10),
                        10,
                        1000,
                        Networks.NONE,
                        plain.additions(),
                        true,
                        plain.https(),
                        false,
                        plain.http2Limits(),
                        false);
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = new ProxyFixture(spec)) {
            proxy.forwardAll(
                    proxy.cluster("up", upstream.address()),
                    ProxyFixture.TIMEOUTS,
                    FilterChain.EMPTY);
            refused(proxy, "GET /" + "a".repeat(1100) + " HTTP/1.1\r\n", 414, "URI_TOO_LONG");
            refused(
                    proxy,
                    "GET / HTTP/1.1\r\nHost: a\r\nX: " + "a".repeat(1100),
                    431,
                    "HEAD_TOO_LARGE");
            refused(
                    proxy,
                    "GET / HTTP/1.1\r\nHost: a\r\n" + "A: b\r\n".repeat(10) + "\r\n",
                    431,
                    "HEAD_TOO_LARGE");
            refused(
                    proxy,
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n",
                    413,
                    "BODY_TOO_LARGE");
            refused(
                    proxy,
                    "POST / HTTP/1.1\r\n"
                            + "Host: a\r\n"
                            + "Transfer-Encoding: chunked\r\n\r\n"
                            + "b\r\n"
                            + "01234567890\r\n",
                    413,
                    "BODY_TOO_LARGE");
            refused(proxy, "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", 405, "METHOD_REFUSED");
            refused(proxy, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "VERSION_UNSUPPORTED");
            refused(
                    proxy,
                    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
                    501,
                    "TRANSFER_CODING_UNKNOWN");
            refused(proxy, "GET / HTTP/1.1\r\n\r\n", 400, "BAD_HOST");
            refused(proxy, "\u0016\u0003\u0001\u0002garbage", 400, "BAD_REQUEST");
        }
    }

    private static void refused(ProxyFixture proxy, String request, int status, String reason)
            throws Exception {
        try (RawClient client = proxy.client()) {
            client.write(request);
            assertThat(client.readAll())
                    .startsWith("HTTP/1.1 " + status + " ")
                    .contains("Sluice-Reason: " + reason + "\r\n")
                    .contains("Connection: close\r\n")
                    .containsOnlyOnce("HTTP/1.1")
                    .doesNotContain("<");
            assertThat(proxy.record().reason()).isEqualTo(reason);
        }
    }

    @Test
    void takesTheRoutesOfTheMomentForEachRequest() throws Exception {
        try (ScriptedUpstream first = ScriptedUpstream.replying(head -> OK);
                ScriptedUpstream second =
                        ScriptedUpstream.replying(
                                head -> "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nnew");
                ProxyFixture proxy = ProxyFixture.before(first);
                RawClient client = proxy.client()) {
            client.write(GET);
            assertThat(client.readResponse()).endsWith("hello");
            proxy.forwardAll(
                    proxy.cluster("second", second.address()),
                    ProxyFixture.TIMEOUTS,
                    FilterChain.EMPTY);
            client.write(GET);
            assertThat(client.readResponse()).endsWith("new");
        }
    }

    @Test
    void keepsTheRouteThatARequestStartedWith() throws Exception {
        var asked = new java.util.concurrent.CountDownLatch(1);
        var answer = new java.util.concurrent.CountDownLatch(1);
        try (ScriptedUpstream first =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    peer.readHead();
                                    asked.countDown();
                                    await(answer);
                                    peer.write(OK);
                                });
                ProxyFixture proxy = ProxyFixture.before(first);
                RawClient client = proxy.client()) {
            client.write(GET);
            asked.await();
            proxy.use(Route.NONE);
            answer.countDown();
            assertThat(client.readResponse()).isEqualTo(OK);
            assertThat(proxy.record().route()).isEqualTo("shop");
            client.write(GET);
            assertThat(client.readResponse()).contains("NO_ROUTE");
        }
    }

    static void await(java.util.concurrent.CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void countsWhatItDoes() throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write(GET);
            client.readResponse();
            proxy.record();
            proxy.onLoop(
                    () -> {
                        var route = proxy.meters.route("shop", "all", "up");
                        assertThat(route.requests).isEqualTo(1);
                        assertThat(route.responses2xx).isEqualTo(1);
                        assertThat(route.bytesIn).isEqualTo(GET.length());
                        assertThat(route.bytesOut).isEqualTo(OK.length());
                        assertThat(route.latency.count()).isEqualTo(1);
                        var listener = proxy.meters.listener("web");
                        assertThat(listener.requests).isEqualTo(1);
                        assertThat(listener.bytesIn).isEqualTo(GET.length());
                        assertThat(listener.bytesOut).isEqualTo(OK.length());
                        var endpoint =
                                proxy.meters.endpoint(
                                        "up", "127.0.0.1:" + upstream.address().getPort());
                        assertThat(endpoint.requests).isEqualTo(1);
                        assertThat(endpoint.bytesIn).isEqualTo(OK.length());
                        assertThat(endpoint.active).isZero();
                    });
        }
    }

    @Test
    void countsForwardsOfTraceAndOptions() throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write("OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 2\r\n\r\n");
            assertThat(client.readResponse()).isEqualTo(OK);
            client.write("GET / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n");
            assertThat(client.readResponse()).isEqualTo(OK);
            assertThat(upstream.heads.get(0)).contains("Max-Forwards: 1\r\n");
            assertThat(upstream.heads.get(1)).contains("Max-Forwards: 0\r\n");
            client.write("OPTIONS / HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n");
            assertThat(client.readResponse())
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("Allow: GET, HEAD");
            client.write(
                    "TRACE /a?b HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\nX: 1\r\n"
                            + "Cookie: secret\r\nAuthorization: secret\r\n\r\n");
            assertThat(client.readResponse())
                    .contains("Content-Type: message/http\r\n")
                    .endsWith(
                            "\r\n\r\nTRACE /a?b HTTP/1.1\r\nHost: a\r\n"
                                    + "Max-Forwards: 0\r\nX: 1\r\n\r\n");
            assertThat(upstream.heads).hasSize(2);
        }
    }
}
