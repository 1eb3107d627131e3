package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Flow control from end to end, and how streams and connections of HTTP/2 end. */
@SuppressWarnings("StringConcatToTextBlock") // line breaks are the point
final class Http2FlowTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int NO_ERROR = 0;
    private static final int PROTOCOL_ERROR = 1;
    private static final int INTERNAL_ERROR = 2;
    private static final int LARGE = 8 * 1024 * 1024;

    /** Replies LARGE bytes to /large, "hello" to everything else. */
    static ScriptedUpstream large() throws Exception {
        return new ScriptedUpstream(
                (peer, number) -> {
                    for (String head = peer.readHead(); !head.isEmpty(); head = peer.readHead()) {
                        if (!head.startsWith("GET /large")) {
                            peer.write(OK);
                            continue;
                        }
                        peer.write("HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n");
                        byte[] piece = new byte[64 * 1024];
                        for (int i = 0; i < LARGE / piece.length; i++) {
                            peer.write(piece);
                        }
                    }
                });
    }

    @Test
    void passesLargeBodiesThroughSmallWindows() throws Exception {
        try (ScriptedUpstream upstream = large();
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            int one = client.get("/large");
            int two = client.get("/large");
            assertThat(client.response(one).body.size()).isEqualTo(LARGE);
            assertThat(client.response(two).body.size()).isEqualTo(LARGE);
        }
    }

    @Test
    void aStreamThatIsNotReadStopsNoOther() throws Exception {
        try (ScriptedUpstream upstream = large();
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            client.takesBodies = false;
            client.settings(INITIAL_WINDOW_SIZE, 10);
            client.windowUpdate(0, 1_000_000);
            int[] stalled = new int[20];
            for (int i = 0; i < stalled.length; i++) {
                stalled[i] = client.get("/large");
            }
            for (int id : stalled) {
                while (client.stream(id).body.size() < 10) {
                    client.readAndAct();
                }
            }
            for (int i = 0; i < 10; i++) {
                assertThat(client.response(client.get("/")).text()).isEqualTo("hello");
            }
            for (int id : stalled) {
                assertThat(client.stream(id).body.size()).isEqualTo(10);
                assertThat(client.stream(id).ended).isFalse();
            }
            assertThat(proxy.waitingBytesMax).isLessThan(1024 * 1024);
            client.windowUpdate(stalled[3], 5);
            while (client.stream(stalled[3]).body.size() < 15) {
                client.readAndAct();
            }
        }
    }

    @Test
    void widensNoWindowForAnUpstreamThatDoesNotRead() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, number) -> {
                                    String head = peer.readHead();
                                    if (head.startsWith("POST")) {
                                        await(done);
                                        return;
                                    }
                                    peer.write(OK);
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            int id = client.post("/");
            byte[] piece = new byte[16 * 1024];
            long window = 64 * 1024;
            long sent = 0;
            // Until the sockets and the node's buffers on the way are full.
            while (sent < 64L * 1024 * 1024) {
                while (window >= piece.length) {
                    client.frame(Http2Client.DATA, 0, id, piece);
                    window -= piece.length;
                    sent += piece.length;
                }
                // Answered behind everything that the frames before it have caused.
                client.frame(Http2Client.PING, 0, 0, new byte[8]);
                long before = window;
                Http2Client.Frame frame = client.readAndAct();
                while (!(frame.type() == Http2Client.PING && frame.has(Http2Client.ACK))) {
                    if (frame.type() == Http2Client.WINDOW_UPDATE && frame.streamId() == id) {
                        window += io.netty.buffer.Unpooled.wrappedBuffer(frame.payload()).getInt(0);
                    }
                    frame = client.readAndAct();
                }
                if (window == before && window < piece.length) {
                    break;
                }
            }
            assertThat(window).isLessThan(piece.length);
            assertThat(client.response(client.get("/")).text()).isEqualTo("hello");
            done.countDown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void neverEndsACutBodyCleanly() throws Exception {
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, number) -> {
                                    String head = peer.readHead();
                                    String framing =
                                            head.startsWith("GET /chunks")
                                                    ? "Transfer-Encoding: chunked\r\n\r\n5\r\nhello"
                                                    : "Content-Length: 10\r\n\r\nhello";
                                    peer.write("HTTP/1.1 200 OK\r\n" + framing);
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            for (String path : new String[] {"/", "/chunks"}) {
                Http2Client.Response response = client.response(client.get(path));
                assertThat(response.status).isEqualTo("200");
                assertThat(response.reset).isEqualTo(INTERNAL_ERROR);
                assertThat(proxy.record().reason()).isEqualTo("UPSTREAM_RESET");
            }
        }
    }

    @Test
    void holdsBodiesToTheirContentLength() throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            int tooLong = client.post("/", "content-length", "3");
            client.data(tooLong, "hello", true);
            assertThat(client.response(tooLong).reset).isEqualTo(PROTOCOL_ERROR);
            int tooShort = client.post("/", "content-length", "7");
            client.data(tooShort, "hello", true);
            assertThat(client.response(tooShort).reset).isEqualTo(PROTOCOL_ERROR);
            int right = client.post("/", "content-length", "5");
            client.data(right, "hello", true);
            assertThat(client.response(right).text()).isEqualTo("hello");
        }
    }

    @Test
    void letsNothingPassThatMeansMoreInHttp1() throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            String[][] bad = {
                {"x", "a\r\nX-Evil: 1"},
                {"x", "a\nb"},
                {"x", "a\0b"},
                {"x\r\ny", "a"},
                {"x y", "a"},
                {"x:", "a"},
                {"X-Upper", "a"},
                {"transfer-encoding", "chunked"},
                {"connection", "close"},
                {"upgrade", "websocket"},
                {"te", "gzip"},
                {":path", "/twice"},
                {"content-length", "0, 0"},
            };
            for (String[] field : bad) {
                assertThat(client.response(client.get("/", field)).reset)
                        .describedAs(field[0])
                        .isEqualTo(PROTOCOL_ERROR);
            }
            for (String path : new String[] {"/ HTTP/1.1\r\nX: y", "", "no-slash", "/a b"}) {
                assertThat(client.response(client.get(path)).reset).isEqualTo(PROTOCOL_ERROR);
            }
            assertThat(upstream.heads).isEmpty();
            assertThat(client.response(client.get("/")).text()).isEqualTo("hello");
        }
    }

    @Test
    void refusesConnectAndPassesWhatComesBeforeTheResponse() throws Exception {
        try (ScriptedUpstream upstream =
                        ScriptedUpstream.replying(
                                head ->
                                        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                                                + (head.startsWith("HEAD")
                                                        ? OK.substring(0, OK.length() - 5)
                                                        : OK));
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            int connect = client.nextId();
            client.frame(
                    Http2Client.HEADERS,
                    Http2Client.END_HEADERS,
                    connect,
                    Http2Client.block(":method", "CONNECT", ":authority", "a:1"));
            assertThat(client.response(connect).status).isEqualTo("405");
            Http2Client.Response get = client.response(client.get("/"));
            assertThat(get.interim.toString()).isEqualTo("103 ");
            assertThat(get.text()).isEqualTo("hello");
            int head = client.nextId();
            client.frame(
                    Http2Client.HEADERS,
                    Http2Client.END_HEADERS | Http2Client.END_STREAM,
                    head,
                    Http2Client.block(Http2Client.requestFields("HEAD", "/")));
            Http2Client.Response empty = client.response(head);
            assertThat(empty.fields).containsEntry("content-length", "5");
            assertThat(empty.body.size()).isZero();
        }
    }

    @Test
    void endsTheRequestWithAnEarlyResponse() throws Exception {
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, number) -> {
                                    peer.readHead();
                                    peer.write(OK);
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            int id = client.post("/");
            client.data(id, "some", false);
            assertThat(client.response(id).text()).isEqualTo("hello");
            assertThat(client.readUntil(Http2Client.RST_STREAM).errorCode()).isEqualTo(NO_ERROR);
            // Was on its way.
            client.data(id, "more", true);
            assertThat(client.response(client.get("/")).text()).isEqualTo("hello");
        }
    }

    @Test
    void tellsTheUpstreamThatTheClientLeft() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch left = new CountDownLatch(1);
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, number) -> {
                                    String head = peer.readHead();
                                    if (!head.startsWith("GET /slow")) {
                                        peer.write(OK);
                                        return;
                                    }
                                    asked.countDown();
                                    try {
                                        peer.readAll();
                                    } finally {
                                        left.countDown();
                                    }
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            int id = client.get("/slow");
            assertThat(client.response(client.get("/")).text()).isEqualTo("hello");
            await(asked);
            client.reset(id, 8);
            await(left);
            assertThat(client.response(client.get("/")).text()).isEqualTo("hello");
        }
    }

    @Test
    void drainsInTwoSteps() throws Exception {
        CountDownLatch reply = new CountDownLatch(1);
        try (ScriptedUpstream upstream =
                        ScriptedUpstream.replying(
                                head -> {
                                    if (head.startsWith("GET /slow")) {
                                        await(reply);
                                    }
                                    return OK;
                                });
                // The second step is not for the time that passed.
                ProxyFixture proxy = ProxyFixture.before(new StoppedClock(), upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            int slow = client.get("/slow");
            assertThat(client.response(client.get("/")).text()).isEqualTo("hello");
            proxy.onLoop(proxy.serving::drain);
            Http2Client.Frame first = client.read();
            while (first.type() != Http2Client.GOAWAY) {
                first = client.read();
            }
            assertThat(io.netty.buffer.Unpooled.wrappedBuffer(first.payload()).getInt(0))
                    .isEqualTo(Integer.MAX_VALUE);
            // On its way before the client could know: taken.
            int late = client.get("/");
            Http2Client.Frame ping = client.readUntil(Http2Client.PING);
            assertThat(ping.has(Http2Client.ACK)).isFalse();
            Http2Client.Frame second = client.readUntil(Http2Client.GOAWAY);
            assertThat(io.netty.buffer.Unpooled.wrappedBuffer(second.payload()).getInt(0))
                    .isEqualTo(late);
            assertThat(second.errorCode()).isEqualTo(NO_ERROR);
            assertThat(client.response(late).text()).isEqualTo("hello");
            reply.countDown();
            assertThat(client.response(slow).text()).isEqualTo("hello");
            client.readToEnd();
        }
    }

    @Test
    void answersAnUpgradeToH2cOverHttp1() throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write(
                    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                            + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
            assertThat(client.readResponse()).isEqualTo(OK);
            assertThat(upstream.heads.getFirst())
                    .doesNotContainIgnoringCase("upgrade")
                    .doesNotContainIgnoringCase("http2-settings");
        }
    }
}
