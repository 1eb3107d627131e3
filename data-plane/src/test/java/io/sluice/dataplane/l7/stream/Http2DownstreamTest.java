package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.telemetry.AccessRecord;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Clients of HTTP/2 in front of upstreams of HTTP/1.1. */
@SuppressWarnings("StringConcatToTextBlock") // line breaks are the point
final class Http2DownstreamTest {
    private static final int PROTOCOL_ERROR = 1;
    private static final int CANCEL = 8;
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Up: 1\r\n\r\nhello";

    @Test
    void passesARequestAndItsResponse() throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            Http2Client.Response response =
                    client.response(
                            client.get("/a?b=c", "x-own", "1", "cookie", "a=1", "cookie", "b=2"));
            assertThat(response.status).isEqualTo("200");
            assertThat(response.text()).isEqualTo("hello");
            assertThat(response.fields)
                    .containsEntry("x-up", "1")
                    .containsEntry("content-length", "5");
            assertThat(upstream.heads.getFirst())
                    .startsWith("GET /a?b=c HTTP/1.1\r\n")
                    .containsIgnoringCase("\r\nhost: shop\r\n")
                    .contains("\r\nx-own: 1\r\n")
                    .containsIgnoringCase("\r\ncookie: a=1; b=2\r\n")
                    .contains("Via: 2.0 sluice\r\n")
                    .contains("X-Forwarded-For: 127.0.0.1\r\n");
            AccessRecord record = proxy.record();
            assertThat(record.status()).isEqualTo(200);
            assertThat(record.reason()).isEmpty();
            assertThat(record.phase()).isEqualTo("DONE");
            assertThat(record.host()).isEqualTo("shop");
        }
    }

    @Test
    void servesManyStreamsAtOnce() throws Exception {
        try (ScriptedUpstream upstream =
                        ScriptedUpstream.replying(
                                head -> {
                                    String path = head.substring(4, head.indexOf(" HTTP"));
                                    return "HTTP/1.1 200 OK\r\nContent-Length: "
                                            + path.length()
                                            + "\r\n\r\n"
                                            + path;
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            for (int round = 0; round < 20; round++) {
                List<Integer> ids = new ArrayList<>();
                for (int i = 0; i < 50; i++) {
                    ids.add(client.get("/" + round + "/" + i));
                }
                for (int i = 0; i < ids.size(); i++) {
                    assertThat(client.response(ids.get(i)).text()).isEqualTo("/" + round + "/" + i);
                }
            }
        }
    }

    @Test
    void passesBodiesAndTrailersBothWays() throws Exception {
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, number) -> {
                                    String head = peer.readHead();
                                    assertThat(head).contains("Transfer-Encoding: chunked\r\n");
                                    String body = peer.readHead();
                                    assertThat(body.replaceAll("(^|\r\n)[5a]\r\n", "."))
                                            .endsWith("world\r\n0\r\nx-sum: 1\r\n\r\n");
                                    peer.write(
                                            "HTTP/1.1 200 OK\r\n"
                                                    + "Transfer-Encoding: chunked\r\n\r\n"
                                                    + "3\r\n"
                                                    + "abc\r\n"
                                                    + "3\r\n"
                                                    + "def\r\n"
                                                    + "0\r\n"
                                                    + "X-After: 2\r\n\r\n");
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            int id = client.post("/");
            client.data(id, "hello", false);
            client.data(id, "world", false);
            client.frame(
                    Http2Client.HEADERS,
                    Http2Client.END_HEADERS | Http2Client.END_STREAM,
                    id,
                    Http2Client.block("x-sum", "1"));
            Http2Client.Response response = client.response(id);
            assertThat(response.status).isEqualTo("200");
            assertThat(response.text()).isEqualTo("abcdef");
            assertThat(response.trailers).containsEntry("x-after", "2");
        }
    }

    @Test
    void tunnelsWebSocketsThroughAStream() throws Exception {
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, number) -> {
                                    String head = peer.readHead();
                                    assertThat(head)
                                            .startsWith("GET /chat HTTP/1.1\r\n")
                                            .contains("Upgrade: websocket\r\n")
                                            .containsPattern(
                                                    "Sec-WebSocket-Key: [A-Za-z0-9+/]{22}==\r\n");
                                    peer.write(
                                            "HTTP/1.1 101 Switching Protocols\r\n"
                                                    + "Connection: Upgrade\r\n"
                                                    + "Upgrade: websocket\r\n"
                                                    + "Sec-WebSocket-Accept: x\r\n\r\n"
                                                    + "first");
                                    assertThat(peer.read(5)).isEqualTo("hello");
                                    peer.write("world");
                                    assertThat(peer.readAll()).isEqualTo("bye");
                                    peer.write("end");
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            int id = client.nextId();
            client.frame(
                    Http2Client.HEADERS,
                    Http2Client.END_HEADERS,
                    id,
                    Http2Client.block(
                            Http2Client.requestFields(
                                    "CONNECT", "/chat", "sec-websocket-version", "13")));
            assertThat(client.response(id).reset).isEqualTo(1);
            int chat = askForWebSocket(client);
            Http2Client.Response response = client.head(chat);
            assertThat(response.status).isEqualTo("200");
            assertThat(response.fields).doesNotContainKey("sec-websocket-accept");
            client.data(chat, "hello", false);
            while (!response.text().equals("firstworld")) {
                client.readAndAct();
            }
            // The route is gone, the tunnel is not.
            proxy.use(io.sluice.dataplane.l7.route.Route.NONE);
            client.data(chat, "bye", true);
            assertThat(client.response(chat).text()).isEqualTo("firstworldend");
            assertThat(proxy.record().status()).isZero();
            AccessRecord record = proxy.record();
            assertThat(record.status()).isEqualTo(101);
            assertThat(record.phase()).isEqualTo("DONE");
        }
    }

    @Test
    void takesNoSuccessForAnUpgrade() throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            assertThat(client.response(askForWebSocket(client)).status).isEqualTo("502");
        }
    }

    @Test
    void takesNoSuccessWithTrailersForAnUpgradeEither() throws Exception {
        String ok =
                "HTTP/1.1 200 OK\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n"
                        + "5\r\nhello\r\n0\r\nX-After: 2\r\n\r\n";
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> ok);
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            for (int i = 0; i < 3; i++) {
                Http2Client.Response response = client.response(askForWebSocket(client));
                assertThat(response.status).isEqualTo("502");
                assertThat(response.trailers).isEmpty();
            }
        }
    }

    private static int askForWebSocket(Http2Client client) throws IOException {
        int id = client.nextId();
        client.frame(
                Http2Client.HEADERS,
                Http2Client.END_HEADERS,
                id,
                Http2Client.block(
                        ":method",
                        "CONNECT",
                        ":protocol",
                        "websocket",
                        ":scheme",
                        "http",
                        ":path",
                        "/chat",
                        ":authority",
                        "shop",
                        "sec-websocket-version",
                        "13"));
        return id;
    }

    /** Takes a WebSocket, says hello, and notes how the connection ends. */
    private static ScriptedUpstream upstreamOfTunnels(BlockingQueue<String> ends)
            throws IOException {
        return new ScriptedUpstream(
                (peer, number) -> {
                    peer.readHead();
                    peer.write(
                            "HTTP/1.1 101 Switching Protocols\r\n"
                                    + "Connection: Upgrade\r\n"
                                    + "Upgrade: websocket\r\n"
                                    + "Sec-WebSocket-Accept: x\r\n\r\n"
                                    + "hello");
                    try {
                        ends.add("end" + peer.readAll());
                    } catch (SocketException reset) {
                        ends.add("reset");
                    }
                });
    }

    private static int tunnel(Http2Client client) throws IOException {
        int id = askForWebSocket(client);
        while (!client.stream(id).text().equals("hello")) {
            client.readAndAct();
        }
        return id;
    }

    @Test
    void aTunnelThatIsResetIsResetUpstreamToo() throws Exception {
        BlockingQueue<String> ends = new LinkedBlockingQueue<>();
        try (ScriptedUpstream upstream = upstreamOfTunnels(ends);
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            client.reset(tunnel(client), CANCEL);
            assertThat(ends.poll(60, TimeUnit.SECONDS)).isEqualTo("reset");
        }
    }

    @Test
    void trailersHaveNoPlaceInATunnel() throws Exception {
        BlockingQueue<String> ends = new LinkedBlockingQueue<>();
        try (ScriptedUpstream upstream = upstreamOfTunnels(ends);
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            int id = tunnel(client);
            client.frame(
                    Http2Client.HEADERS,
                    Http2Client.END_HEADERS | Http2Client.END_STREAM,
                    id,
                    Http2Client.block("x-sum", "1"));
            assertThat(client.response(id).reset).isEqualTo(PROTOCOL_ERROR);
            assertThat(ends.poll(60, TimeUnit.SECONDS)).isEqualTo("reset");
        }
    }
}
