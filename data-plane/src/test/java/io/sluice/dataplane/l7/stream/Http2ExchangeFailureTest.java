package io.sluice.dataplane.l7.stream;

import static io.sluice.dataplane.l7.stream.ScriptedHttp2.before;
import static io.sluice.dataplane.l7.stream.ScriptedHttp2.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.l7.codec.http2.ErrorCode;
import io.sluice.dataplane.l7.stream.ScriptedHttp2.Script;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What becomes of requests whose upstream of HTTP/2 refuses, breaks a rule, or goes. */
@SuppressWarnings("StringConcatToTextBlock") // line breaks are the point
final class Http2ExchangeFailureTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final int MAX_CONCURRENT_STREAMS = 3;
    private static final int ENABLE_CONNECT_PROTOCOL = 8;
    private static final int PUSH_PROMISE = 5;
    private static final int PRIORITY_UPDATE = 16;
    private static final int END_HEADERS = 4;

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
}
