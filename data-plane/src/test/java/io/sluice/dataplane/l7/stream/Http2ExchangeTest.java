package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.sluice.dataplane.cluster.endpoint.UpstreamProtocol;
import io.sluice.dataplane.l7.codec.http2.ErrorCode;
import io.sluice.dataplane.l7.filter.FilterChain;
import io.sluice.dataplane.telemetry.AccessRecord;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

@SuppressWarnings("StringConcatToTextBlock") // line breaks are the point
final class Http2ExchangeTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final int MAX_CONCURRENT_STREAMS = 3;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int ENABLE_CONNECT_PROTOCOL = 8;
    private static final int PUSH_PROMISE = 5;
    private static final int PRIORITY_UPDATE = 16;
    private static final int END_HEADERS = 4;

    /** What an upstream does with one connection. */
    private interface Script {
        void run(Http2Peer peer, int connection) throws IOException;
    }

    private static ScriptedUpstream upstream(Script script, int... settings) throws IOException {
        return new ScriptedUpstream(
                (peer, connection) -> script.run(new Http2Peer(peer, settings), connection));
    }

    private static ProxyFixture before(ScriptedUpstream... upstreams) {
        ProxyFixture proxy = new ProxyFixture(ProxyFixture.spec());
        proxy.forwardAll(
                proxy.cluster("up", UpstreamProtocol.H2, ProxyFixture.addresses(upstreams)),
                ProxyFixture.TIMEOUTS,
                FilterChain.EMPTY);
        return proxy;
    }

    @Test
    void aRequestOfHttp1IsOneOfHttp2() throws Exception {
        try (ScriptedUpstream upstream = upstream((peer, connection) -> peer.echo());
                ProxyFixture proxy = before(upstream);
                RawClient client = proxy.client()) {
            client.write(
                    "GET /a?b=c HTTP/1.1\r\nHost: Shop.example\r\nX-Own: 1\r\n"
                            + "Connection: x-drop\r\nX-Drop: 2\r\nTE: trailers\r\n\r\n");
            assertThat(client.readResponse())
                    .startsWith("HTTP/1.1 200 ")
                    .contains("content-type: text/plain\r\n")
                    .contains(
                            ":method: GET\n"
                                    + ":scheme: http\n"
                                    + ":authority: Shop.example\n"
                                    + ":path: /a?b=c\n")
                    .contains("x-own: 1\n")
                    .contains("x-forwarded-for: 127.0.0.1\n")
                    .contains("te: trailers\n")
                    .doesNotContain("x-drop", "connection: ", "\nhost: ");
            AccessRecord record = proxy.record();
            assertThat(record.status()).isEqualTo(200);
            assertThat(record.attempts()).isEqualTo(1);
        }
    }

    @Test
    void requestsShareAConnection() throws Exception {
        try (ScriptedUpstream upstream = upstream((peer, connection) -> peer.echo());
                ProxyFixture proxy = before(upstream)) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                clients.add(proxy.client());
            }
            for (int round = 0; round < 5; round++) {
                for (RawClient client : clients) {
                    client.write("GET /" + round + " HTTP/1.1\r\nHost: a\r\n\r\n");
                }
                for (RawClient client : clients) {
                    // Chunks may begin anywhere.
                    assertThat(client.readResponse().replaceAll("\r\n[0-9a-f]+\r\n", ""))
                            .contains(":path: /" + round + "\n");
                }
            }
            for (RawClient client : clients) {
                client.close();
            }
            assertThat(upstream.connections).hasValue(1);
        }
    }

    @Test
    void aClientHearsOfItsWindowAsTheUpstreamTakesItsBody() throws Exception {
        String quarter = "0123456789abcdef".repeat(1024);
        try (ScriptedUpstream upstream =
                        upstream(
                                (peer, connection) -> {
                                    int id = peer.next().id();
                                    int left = 20 * quarter.length();
                                    while (left > 0) {
                                        int length = peer.next().payload().length();
                                        left -= length;
                                        peer.number(Http2Peer.WINDOW_UPDATE, id, length);
                                        peer.number(Http2Peer.WINDOW_UPDATE, 0, length);
                                    }
                                    peer.headers(id, true, ":status", "200");
                                    peer.next();
                                },
                                INITIAL_WINDOW_SIZE,
                                1000);
                ProxyFixture proxy = before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            while (!client.readAndAct().has(Http2Client.ACK)) {
                // What follows is all that this client sends: nothing else makes the node write.
                assertThat(client.socket().isConnected()).isTrue();
            }
            int id = client.post("/");
            int window = 4 * quarter.length();
            for (int i = 0; i < 20; i++) {
                while (window < quarter.length()) {
                    Http2Client.Frame widened = client.readUntil(Http2Client.WINDOW_UPDATE);
                    window += widened.streamId() == id ? increment(widened) : 0;
                }
                client.data(id, quarter, i == 19);
                window -= quarter.length();
            }
            assertThat(client.response(id).status).isEqualTo("200");
        }
    }

    private static int increment(Http2Client.Frame widened) {
        return Unpooled.wrappedBuffer(widened.payload()).getInt(0);
    }

    @Test
    void bodiesPassBothWays() throws Exception {
        String large = "0123456789abcdef".repeat(40_000);
        try (ScriptedUpstream upstream =
                        upstream(
                                (peer, connection) -> {
                                    StringBuilder body = new StringBuilder();
                                    Http2Peer.Frame frame = peer.next();
                                    int id = frame.id();
                                    while (!frame.ends()) {
                                        frame = peer.next();
                                        body.append(frame.payload());
                                        int length = Math.max(1, frame.payload().length());
                                        // both windows, as the bytes are taken
                                        peer.number(Http2Peer.WINDOW_UPDATE, 0, length);
                                        peer.number(Http2Peer.WINDOW_UPDATE, id, length);
                                    }
                                    String same = body.toString().equals(large) ? "same" : "other";
                                    peer.headers(id, false, ":status", "200", "x-body", same);
                                    for (int i = 0; i < 40; i++) {
                                        peer.data(id, large.substring(0, 1_600), i == 39);
                                    }
                                },
                                INITIAL_WINDOW_SIZE,
                                1_000);
                ProxyFixture proxy = before(upstream);
                RawClient client = proxy.client()) {
            client.write(
                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + large.length() + "\r\n\r\n");
            client.write(large);
            String response = client.readResponse();
            assertThat(response).contains("x-body: same\r\n");
            assertThat(response).hasSizeGreaterThan(64_000);
        }
    }

    @Test
    void bodiesInChunksLoseTheirFraming() throws Exception {
        try (ScriptedUpstream upstream = upstream((peer, connection) -> peer.echo());
                ProxyFixture proxy = before(upstream);
                RawClient client = proxy.client()) {
            client.write(
                    "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
            assertThat(client.readResponse())
                    .contains("Transfer-Encoding: chunked\r\n")
                    .contains("abcdefg")
                    .doesNotContain("transfer-encoding");
        }
    }

    @Test
    void interimResponsesAndTrailersPass() throws Exception {
        try (ScriptedUpstream upstream =
                        upstream(
                                (peer, connection) -> {
                                    int id = peer.next().id();
                                    peer.headers(id, false, ":status", "103", "link", "</a>");
                                    peer.headers(id, false, ":status", "200");
                                    peer.data(id, "body", false);
                                    peer.headers(id, true, "x-sum", "42");
                                    peer.next();
                                });
                ProxyFixture proxy = before(upstream);
                RawClient client = proxy.client()) {
            client.write("GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n");
            assertThat(client.readHead()).startsWith("HTTP/1.1 103 ").contains("link: </a>\r\n");
            assertThat(client.readHead()).contains("Transfer-Encoding: chunked\r\n");
            String body = "4\r\nbody\r\n0\r\nx-sum: 42\r\n\r\n";
            assertThat(client.read(body.length())).isEqualTo(body);
        }
    }

    @Test
    void aHeadResponseHasNoBody() throws Exception {
        try (ScriptedUpstream upstream =
                        upstream(
                                (peer, connection) -> {
                                    int id = peer.next().id();
                                    peer.headers(
                                            id, true, ":status", "200", "content-length", "500");
                                    id = peer.next().id();
                                    peer.headers(id, true, ":status", "204");
                                    peer.next();
                                });
                ProxyFixture proxy = before(upstream);
                RawClient client = proxy.client()) {
            client.write("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readHead()).contains("content-length: 500\r\n");
            client.write(GET);
            assertThat(client.readHead()).startsWith("HTTP/1.1 204 ");
        }
    }

    /** It says by itself that nothing follows, though the upstream does not end its stream. */
    @ParameterizedTest
    @CsvSource({"HEAD, 200, false", "GET, 204, false", "GET, 304, false", "GET, 304, true"})
    void aResponseThatCanHaveNoBodyEndsWithItsHead(String method, String status, boolean said)
            throws Exception {
        BlockingQueue<Http2Peer.Frame> resets = new LinkedBlockingQueue<>();
        try (ScriptedUpstream upstream =
                        upstream(
                                (peer, connection) -> {
                                    while (true) {
                                        Http2Peer.Frame frame = peer.next();
                                        if (frame.type() == Http2Peer.HEADERS) {
                                            peer.headers(frame.id(), said, ":status", status);
                                        } else if (frame.type() == Http2Peer.RST_STREAM) {
                                            // What was on its way when that came is of no matter.
                                            peer.data(frame.id(), "", true);
                                            resets.add(frame);
                                        }
                                    }
                                });
                ProxyFixture proxy = before(upstream);
                Http2Client http2 = new Http2Client(proxy.address());
                RawClient client = proxy.client()) {
            for (int i = 0; i < 2; i++) {
                client.write(method + " / HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.readHead()).startsWith("HTTP/1.1 " + status);
                assertThat(proxy.record().reason()).isEmpty();
            }
            int id = http2.nextId();
            http2.frame(
                    Http2Client.HEADERS,
                    Http2Client.END_HEADERS | Http2Client.END_STREAM,
                    id,
                    Http2Client.block(Http2Client.requestFields(method, "/")));
            Http2Client.Response response = http2.response(id);
            assertThat(response.status).isEqualTo(status);
            assertThat(response.text()).isEmpty();
            assertThat(response.reset).isLessThanOrEqualTo(ErrorCode.NO_ERROR);
            for (int i = 0; i < 3 && !said; i++) {
                Http2Peer.Frame reset = resets.poll(60, TimeUnit.SECONDS);
                assertThat(reset).isNotNull();
                assertThat(reset.code()).isEqualTo(ErrorCode.CANCEL);
            }
            assertThat(resets).isEmpty();
            assertThat(upstream.connections).hasValue(1);
        }
    }

    static Stream<Arguments> rulesBroken() {
        String ok = ":status 200";
        return Stream.of(
                broken("8.1 a body before its head", (peer, id) -> peer.data(id, "hi", true)),
                broken(
                        "8.1 an interim response that ends the stream",
                        (peer, id) -> peer.headers(id, true, ":status", "103")),
                broken("8.2.1 capitals", (peer, id) -> head(peer, id, ok, "A b")),
                broken("8.2.1 a line break", (peer, id) -> head(peer, id, ok, "a b\r\nc:d")),
                broken("8.2.1 a blank in front", (peer, id) -> head(peer, id, ok, "a \tb")),
                broken("8.2.2 Connection", (peer, id) -> head(peer, id, ok, "connection close")),
                broken("8.2.2 TE", (peer, id) -> head(peer, id, ok, "te trailers")),
                broken(
                        "8.2.2 Transfer-Encoding",
                        (peer, id) -> head(peer, id, ok, "transfer-encoding chunked")),
                broken("8.3 a field in front", (peer, id) -> head(peer, id, "a b", ok)),
                broken("8.3 one of a request", (peer, id) -> head(peer, id, ok, ":path /")),
                broken("8.3 one twice", (peer, id) -> head(peer, id, ok, ok)),
                broken("8.3.2 no status", (peer, id) -> head(peer, id, "a b")),
                broken("8.6 101", (peer, id) -> head(peer, id, ":status 101")),
                broken(
                        "8.4 a push that was forbidden",
                        (peer, id) -> peer.frame(PUSH_PROMISE, END_HEADERS, id, 0, 0, 0, 2)),
                broken(
                        "6.5.2 leave to push",
                        (peer, id) -> peer.frame(Http2Peer.SETTINGS, 0, 0, 0, 2, 0, 0, 0, 1)),
                broken(
                        "RFC 8441 section 3: extended CONNECT no more",
                        (peer, id) -> {
                            peer.frame(Http2Peer.SETTINGS, 0, 0, 0, 8, 0, 0, 0, 1);
                            peer.frame(Http2Peer.SETTINGS, 0, 0, 0, 8, 0, 0, 0, 0);
                        }),
                broken(
                        "RFC 9218 section 7.1: a priority for a client",
                        (peer, id) ->
                                peer.frame(PRIORITY_UPDATE, 0, 0, 0, 0, 0, id, 'u', '=', '1')),
                broken("5.1 a stream of its own", (peer, id) -> head(peer, 2, ok)));
    }

    /** What an upstream does with a request. */
    interface Answer {
        void to(Http2Peer peer, int id) throws IOException;
    }

    private static Arguments broken(String rule, Answer answer) {
        return Arguments.of(rule, answer);
    }

    // A name and a value each.
    private static void head(Http2Peer peer, int id, String... fields) throws IOException {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (String field : fields) {
            int blank = field.indexOf(' ');
            block.writeBytes(
                    Http2Client.block(field.substring(0, blank), field.substring(blank + 1)));
        }
        int flags = END_HEADERS | Http2Client.END_STREAM;
        peer.frame(Http2Peer.HEADERS, flags, id, block.toByteArray());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rulesBroken")
    void anUpstreamThatBreaksTheRulesIsABadOne(String rule, Answer answer) throws Exception {
        Script breaking =
                (peer, connection) -> {
                    answer.to(peer, peer.next().id());
                    peer.next();
                };
        try (ScriptedUpstream upstream = upstream(breaking);
                ProxyFixture proxy = before(upstream);
                RawClient client = proxy.client()) {
            client.write(GET);
            assertThat(client.readResponse()).as(rule).startsWith("HTTP/1.1 502 ");
            assertThat(proxy.record().reason()).isEqualTo("UPSTREAM_BAD_RESPONSE");
        }
    }

    @Test
    void trailersHaveNoPlaceInATunnel() throws Exception {
        BlockingQueue<Integer> resets = new LinkedBlockingQueue<>();
        Script tunnel =
                (peer, connection) -> {
                    int id = peer.next().id();
                    peer.headers(id, false, ":status", "200");
                    peer.data(id, "hello", false);
                    peer.headers(id, true, "x", "1");
                    resets.add(peer.next().code());
                };
        try (ScriptedUpstream upstream = upstream(tunnel, ENABLE_CONNECT_PROTOCOL, 1);
                ProxyFixture proxy = before(upstream);
                RawClient client = proxy.client()) {
            client.write(
                    "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n"
                            + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            assertThat(client.readHead()).startsWith("HTTP/1.1 101 ");
            assertThat(client.readAll()).isIn("hello<RESET>", "<RESET>");
            assertThat(proxy.record().reason()).isEqualTo("UPSTREAM_BAD_RESPONSE");
            assertThat(resets.poll(60, TimeUnit.SECONDS)).isEqualTo(ErrorCode.PROTOCOL_ERROR);
        }
    }

    @Test
    void aRefusedStreamGoesElsewhere() throws Exception {
        Script refusing =
                (peer, connection) -> {
                    while (true) {
                        int id = peer.next().id();
                        peer.number(Http2Peer.RST_STREAM, id, ErrorCode.REFUSED_STREAM);
                    }
                };
        try (ScriptedUpstream first = upstream(refusing);
                ScriptedUpstream second = upstream((peer, connection) -> peer.echo());
                ProxyFixture proxy = before(first, second);
                RawClient client = proxy.client()) {
            client.write("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.readResponse()).contains(":method: POST\n");
            client.write(GET);
            assertThat(client.readResponse()).contains(":method: GET\n");
            assertThat(proxy.record().attempts() + proxy.record().attempts()).isBetween(3, 4);
        }
    }

    @Test
    void aRequestAboveGoAwayIsSentAgainAndTheOthersFinish() throws Exception {
        Script leaving =
                (peer, connection) -> {
                    if (connection > 1) {
                        peer.echo();
                        return;
                    }
                    int kept = peer.next().id();
                    peer.next();
                    peer.number(Http2Peer.GOAWAY, 0, kept, ErrorCode.NO_ERROR);
                    peer.headers(kept, true, ":status", "200", "x-kept", "1");
                    peer.next();
                };
        try (ScriptedUpstream upstream = upstream(leaving);
                ProxyFixture proxy = before(upstream);
                RawClient one = proxy.client();
                RawClient two = proxy.client()) {
            one.write(GET);
            two.write(GET);
            String both = one.readResponse() + two.readResponse();
            assertThat(both).contains("x-kept: 1\r\n").contains(":method: GET\n");
            assertThat(upstream.connections).hasValue(2);
        }
    }

    @Test
    void aFullConnectionGetsASecond() throws Exception {
        var arrived = new CountDownLatch(2);
        Script holding =
                (peer, connection) -> {
                    if (connection == 1) {
                        peer.headers(peer.next().id(), true, ":status", "200");
                    }
                    int id = peer.next().id();
                    arrived.countDown();
                    try {
                        if (!arrived.await(60, TimeUnit.SECONDS)) {
                            throw new IOException("alone");
                        }
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                    peer.headers(id, true, ":status", "200", "x-connection", "" + connection);
                    peer.echo();
                };
        try (ScriptedUpstream upstream = upstream(holding, MAX_CONCURRENT_STREAMS, 1);
                ProxyFixture proxy = before(upstream);
                RawClient zero = proxy.client();
                RawClient one = proxy.client();
                RawClient two = proxy.client()) {
            // SETTINGS have come before the response.
            zero.write(GET);
            zero.readResponse();
            one.write(GET);
            two.write(GET);
            assertThat(one.readResponse() + two.readResponse())
                    .contains("x-connection: 1\r\n", "x-connection: 2\r\n");
        }
    }

    @Test
    void aResetOrShortResponseIsNeverEndedCleanly() throws Exception {
        Script cutting =
                (peer, connection) -> {
                    int reset = peer.next().id();
                    peer.headers(reset, false, ":status", "200");
                    peer.data(reset, "part", false);
                    peer.number(Http2Peer.RST_STREAM, reset, ErrorCode.INTERNAL_ERROR);
                    int shorter = peer.next().id();
                    peer.headers(shorter, false, ":status", "200", "content-length", "10");
                    peer.data(shorter, "part", false);
                    peer.data(shorter, "", true);
                    int whole = peer.next().id();
                    while (whole == shorter) {
                        whole = peer.next().id();
                    }
                    peer.headers(whole, true, ":status", "200");
                    peer.next();
                };
        try (ScriptedUpstream upstream = upstream(cutting);
                ProxyFixture proxy = before(upstream)) {
            for (int i = 0; i < 2; i++) {
                try (RawClient client = proxy.client()) {
                    client.write(GET);
                    assertThat(client.readAll()).contains("part").doesNotContain("\r\n0\r\n");
                }
            }
            try (RawClient client = proxy.client()) {
                client.write(GET);
                assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
            }
            assertThat(proxy.record().reason()).isEqualTo("UPSTREAM_RESET");
            assertThat(proxy.record().reason()).isEqualTo("UPSTREAM_BAD_RESPONSE");
            assertThat(proxy.record().reason()).isEmpty();
            assertThat(upstream.connections).hasValue(1);
        }
    }

    @Test
    void aClientThatLeavesCancelsItsStreamOnly() throws Exception {
        BlockingQueue<Http2Peer.Frame> frames = new LinkedBlockingQueue<>();
        Script noting =
                (peer, connection) -> {
                    while (true) {
                        Http2Peer.Frame frame = peer.next();
                        frames.add(frame);
                        if (frame.type() == Http2Peer.RST_STREAM) {
                            peer.headers(3, true, ":status", "200");
                        }
                    }
                };
        try (ScriptedUpstream upstream = upstream(noting);
                ProxyFixture proxy = before(upstream);
                RawClient other = proxy.client()) {
            try (RawClient client = proxy.client()) {
                client.write(GET);
                assertThat(frames.poll(60, TimeUnit.SECONDS).id()).isEqualTo(1);
                other.write(GET);
                assertThat(frames.poll(60, TimeUnit.SECONDS).id()).isEqualTo(3);
            }
            Http2Peer.Frame reset = frames.poll(60, TimeUnit.SECONDS);
            assertThat(reset.type()).isEqualTo(Http2Peer.RST_STREAM);
            assertThat(reset.id()).isEqualTo(1);
            assertThat(reset.code()).isEqualTo(ErrorCode.CANCEL);
            assertThat(other.readHead()).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void aBrokenConnectionFailsItsStreamsAndIsReplaced() throws Exception {
        Script breaking =
                (peer, connection) -> {
                    if (connection > 1) {
                        peer.echo();
                    }
                    peer.next();
                    // no such index
                    peer.frame(Http2Peer.HEADERS, 5, 1, (byte) 0xff, (byte) 0x7f);
                    Http2Peer.Frame goodbye = peer.next();
                    if (goodbye.code() != ErrorCode.COMPRESSION_ERROR) {
                        throw new IOException("unexpected " + goodbye);
                    }
                };
        try (ScriptedUpstream upstream = upstream(breaking);
                ProxyFixture proxy = before(upstream);
                RawClient client = proxy.client()) {
            client.write(GET);
            assertThat(client.readResponse()).startsWith("HTTP/1.1 502 ");
            client.write(GET);
            assertThat(client.readResponse()).contains(":method: GET\n");
            assertThat(proxy.record().reason()).isEqualTo("UPSTREAM_BAD_RESPONSE");
        }
    }

    @Test
    void anUpstreamThatSpeaksNoHttp2IsABadOne() throws Exception {
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, connection) -> {
                                    peer.readHead();
                                    peer.write("HTTP/1.1 400 Bad Request\r\n\r\n");
                                });
                ProxyFixture proxy = before(upstream);
                RawClient client = proxy.client()) {
            client.write(GET);
            assertThat(client.readResponse()).startsWith("HTTP/1.1 502 ");
        }
    }

    private static String line(Http2Peer.Frame head) {
        return head.text().replace('\n', '|');
    }

    @Test
    void streamsOfHttp2PassToStreamsOfHttp2WithTheirTrailers() throws Exception {
        Script grpc =
                (peer, connection) -> {
                    Http2Peer.Frame head = peer.next();
                    StringBuilder body = new StringBuilder();
                    Http2Peer.Frame frame = head;
                    while (!frame.ends()) {
                        frame = peer.next();
                        body.append(frame.payload());
                    }
                    peer.headers(head.id(), false, ":status", "200", "x-head", line(head));
                    peer.data(head.id(), body.toString(), false);
                    peer.headers(head.id(), true, "grpc-status", "0");
                    peer.next();
                };
        try (ScriptedUpstream upstream = upstream(grpc);
                ProxyFixture proxy = before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            int id = client.post("/pkg.Service/Call", "te", "trailers", "grpc-timeout", "1S");
            client.data(id, "message", true);
            Http2Client.Response response = client.response(id);
            assertThat(response.status).isEqualTo("200");
            assertThat(response.text()).isEqualTo("message");
            assertThat(response.trailers).containsEntry("grpc-status", "0");
            assertThat(response.fields.get("x-head"))
                    .contains(":method: POST|", ":path: /pkg.Service/Call|", "te: trailers|")
                    .contains("grpc-timeout: 1S|");
        }
    }

    @Test
    void aWebSocketIsAnExtendedConnect() throws Exception {
        Script webSocket =
                (peer, connection) -> {
                    Http2Peer.Frame head = peer.next();
                    peer.headers(head.id(), false, ":status", "200", "x-head", line(head));
                    Http2Peer.Frame frame = peer.next();
                    peer.data(head.id(), "echo " + frame.payload(), false);
                    peer.next();
                };
        try (ScriptedUpstream upstream = upstream(webSocket, ENABLE_CONNECT_PROTOCOL, 1);
                ProxyFixture proxy = before(upstream);
                RawClient client = proxy.client()) {
            client.write(
                    "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                            + "Sec-WebSocket-Version: 13\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            String head = client.readHead();
            assertThat(head)
                    .startsWith("HTTP/1.1 101 ")
                    .containsIgnoringCase("Upgrade: websocket\r\n")
                    .contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
                    .contains(":method: CONNECT|", ":protocol: websocket|");
            client.write("ping");
            assertThat(client.read(9)).isEqualTo("echo ping");
        }
    }
}
