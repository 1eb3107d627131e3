package io.sluice.dataplane.l7.stream;

import static io.sluice.dataplane.l7.stream.ScriptedHttp2.before;
import static io.sluice.dataplane.l7.stream.ScriptedHttp2.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.sluice.dataplane.l7.codec.http2.ErrorCode;
import io.sluice.dataplane.l7.stream.ScriptedHttp2.Script;
import io.sluice.dataplane.telemetry.AccessRecord;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

@SuppressWarnings("StringConcatToTextBlock") // line breaks are the point
final class Http2ExchangeTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int ENABLE_CONNECT_PROTOCOL = 8;

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
