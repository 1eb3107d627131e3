package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/**
 * What a client of HTTP/2 may try: each time little is held, the connection ends, and another
 * client is served.
 */
final class Http2FloodTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private static final int ENHANCE_YOUR_CALM = 0xb;
    private static final int REFUSED_STREAM = 0x7;

    /** Of what a connection may have waiting in its socket; a few reads' worth. */
    private static final long WAITING_BYTES_MAX = 1024 * 1024;

    private interface Attack {
        void run(Http2Client client) throws IOException;
    }

    private static void endsCalmly(Attack attack) throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client attacker = new Http2Client(proxy.address())) {
            try {
                attack.run(attacker);
            } catch (java.net.SocketException cutOff) {
                assertThat(cutOff).isNotNull();
            }
            // The reset that follows unread bytes may overtake the GOAWAY.
            assertThat(attacker.goAwayCode()).isIn(ENHANCE_YOUR_CALM, -2);
            served(proxy);
            assertThat(proxy.waitingBytesMax).isLessThan(WAITING_BYTES_MAX);
        }
    }

    private static void served(ProxyFixture proxy) throws Exception {
        try (Http2Client neighbour = new Http2Client(proxy.address());
                RawClient http1 = proxy.client()) {
            assertThat(neighbour.response(neighbour.get("/")).text()).isEqualTo("hello");
            http1.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(http1.readResponse()).isEqualTo(OK);
        }
    }

    private static byte[] times(int count, byte[] frame) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            all.writeBytes(frame);
        }
        return all.toByteArray();
    }

    @Test
    void rapidReset() throws Exception {
        endsCalmly(
                client -> {
                    byte[] block = Http2Client.block(Http2Client.requestFields("GET", "/"));
                    for (int i = 0; i < 5_000; i++) {
                        int id = client.nextId();
                        client.write(
                                Http2Client.frameBytes(
                                        Http2Client.HEADERS,
                                        Http2Client.END_HEADERS | Http2Client.END_STREAM,
                                        id,
                                        block));
                        client.reset(id, 8);
                    }
                });
    }

    @Test
    void resetsThatTheNodeIsMadeToSend() throws Exception {
        endsCalmly(
                client -> {
                    for (int i = 0; i < 5_000; i++) {
                        // A window that overflows: an error of the stream.
                        int id = client.post("/");
                        client.windowUpdate(id, Integer.MAX_VALUE);
                    }
                });
    }

    @Test
    void continuations() throws Exception {
        endsCalmly(
                client -> {
                    client.frame(
                            Http2Client.HEADERS,
                            0,
                            1,
                            Http2Client.block(Http2Client.requestFields("GET", "/")));
                    client.write(
                            times(
                                    10_000,
                                    Http2Client.frameBytes(
                                            Http2Client.CONTINUATION,
                                            0,
                                            1,
                                            Http2Client.block("x-filler", "y".repeat(100)))));
                });
    }

    @Test
    void settings() throws Exception {
        endsCalmly(
                client ->
                        client.write(
                                times(10_000, Http2Client.frameBytes(Http2Client.SETTINGS, 0, 0))));
    }

    @Test
    void pings() throws Exception {
        endsCalmly(
                client ->
                        client.write(
                                times(
                                        10_000,
                                        Http2Client.frameBytes(
                                                Http2Client.PING, 0, 0, new byte[8]))));
    }

    @Test
    void emptyFrames() throws Exception {
        endsCalmly(
                client -> {
                    int id = client.post("/");
                    client.write(times(10_000, Http2Client.frameBytes(Http2Client.DATA, 0, id)));
                });
    }

    @Test
    void windowUpdates() throws Exception {
        endsCalmly(
                client ->
                        client.write(
                                times(
                                        10_000,
                                        Http2Client.frameBytes(
                                                Http2Client.WINDOW_UPDATE,
                                                0,
                                                0,
                                                Http2Client.intBytes(1)))));
    }

    @Test
    void unknownFrames() throws Exception {
        endsCalmly(client -> client.write(times(10_000, Http2Client.frameBytes(0x42, 0, 0))));
    }

    @Test
    void tooManyFieldsAndTooManyBytesOfThem() throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            String[] crumbs = new String[202];
            for (int i = 0; i < crumbs.length; i += 2) {
                crumbs[i] = "cookie";
                crumbs[i + 1] = "a=" + i;
            }
            assertThat(client.response(client.get("/", crumbs)).status).isEqualTo("431");
            String[] large = new String[40];
            for (int i = 0; i < large.length; i += 2) {
                large[i] = "x-" + i;
                large[i + 1] = "y".repeat(1000);
            }
            // In frames of a legal size.
            byte[] block = Http2Client.block(Http2Client.requestFields("GET", "/", large));
            int id = client.nextId();
            client.frame(
                    Http2Client.HEADERS,
                    Http2Client.END_STREAM,
                    id,
                    java.util.Arrays.copyOf(block, 10_000));
            client.frame(
                    Http2Client.CONTINUATION,
                    Http2Client.END_HEADERS,
                    id,
                    java.util.Arrays.copyOfRange(block, 10_000, block.length));
            assertThat(client.response(id).status).isEqualTo("431");
            // The connection goes on.
            assertThat(client.response(client.get("/")).text()).isEqualTo("hello");
            assertThat(upstream.heads).hasSize(1);
            served(proxy);
            assertThat(proxy.waitingBytesMax).isLessThan(WAITING_BYTES_MAX);
        }
    }

    @Test
    void moreStreamsThanAllowed() throws Exception {
        CountDownLatch reply = new CountDownLatch(1);
        try (ScriptedUpstream upstream =
                        ScriptedUpstream.replying(
                                head -> {
                                    awaited(reply);
                                    return OK;
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            int[] ids = new int[140];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = client.get("/");
            }
            for (int i = 128; i < ids.length; i++) {
                assertThat(client.response(ids[i]).reset).isEqualTo(REFUSED_STREAM);
            }
            reply.countDown();
            for (int i = 0; i < 128; i++) {
                assertThat(client.response(ids[i]).text()).isEqualTo("hello");
            }
            served(proxy);
            assertThat(proxy.waitingBytesMax).isLessThan(WAITING_BYTES_MAX);
        }
    }

    private static void awaited(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
