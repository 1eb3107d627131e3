package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.sluice.dataplane.l7.filter.FilterChain;
import io.sluice.dataplane.telemetry.AccessRecord;
import io.sluice.dataplane.tls.ServerTls;
import io.sluice.dataplane.tls.ServerTlsSpec;
import io.sluice.dataplane.tls.TestPki;
import io.sluice.dataplane.tls.TlsContexts;
import io.sluice.dataplane.tls.TlsProtocols;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The JDK's own WebSocket client (RFC 6455) through a listener, in the clear and in TLS. */
@SuppressWarnings("StringConcatToTextBlock") // line breaks are the point
final class WebSocketClientTest {
    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;
    private static final Pattern KEY = Pattern.compile("(?i)sec-websocket-key: *(\\S+)\r\n");

    // ---- the upstream

    /** Of pings that the upstream sent. */
    private final BlockingQueue<String> pongs = new LinkedBlockingQueue<>();

    /** Says back what comes, answers pings, and asks with one of its own when it is told to. */
    private void echo(ScriptedUpstream.Peer peer) throws IOException {
        Matcher key = KEY.matcher(peer.readHead());
        if (!key.find()) {
            throw new IOException("no key");
        }
        peer.write(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        + "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Accept: "
                        + accept(key.group(1))
                        + "\r\n\r\n");
        int opcode = 0;
        while (opcode != CLOSE) {
            int first = peer.read(1).charAt(0);
            opcode = first & 0x0f;
            byte[] payload = payload(peer);
            switch (opcode) {
                case PING -> frame(peer, FINAL | PONG, payload);
                case PONG -> pongs.add(new String(payload, ISO_8859_1));
                default -> frame(peer, first, payload);
            }
            if (opcode == TEXT && new String(payload, ISO_8859_1).equals("ask me")) {
                frame(peer, FINAL | PING, "are you there".getBytes(ISO_8859_1));
            }
        }
    }

    // RFC 6455 section 4.2.2
    private static String accept(String key) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            String joined = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
            return Base64.getEncoder().encodeToString(sha1.digest(joined.getBytes(US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    // RFC 6455 section 5.2: a client masks.
    private static byte[] payload(ScriptedUpstream.Peer peer) throws IOException {
        int length = peer.read(1).charAt(0);
        if ((length & MASKED) == 0) {
            throw new IOException("not masked");
        }
        length &= 0x7f;
        if (length == 126) {
            length = ByteBuffer.wrap(peer.read(2).getBytes(ISO_8859_1)).getShort() & 0xffff;
        } else if (length == 127) {
            length = (int) ByteBuffer.wrap(peer.read(8).getBytes(ISO_8859_1)).getLong();
        }
        byte[] mask = peer.read(4).getBytes(ISO_8859_1);
        byte[] payload = peer.read(length).getBytes(ISO_8859_1);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= mask[i & 3];
        }
        return payload;
    }

    private static void frame(ScriptedUpstream.Peer peer, int first, byte[] payload)
            throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(10 + payload.length).put((byte) first);
        if (payload.length < 126) {
            frame.put((byte) payload.length);
        } else if (payload.length < 65_536) {
            frame.put((byte) 126).putShort((short) payload.length);
        } else {
            frame.put((byte) 127).putLong(payload.length);
        }
        frame.put(payload).flip();
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        peer.write(bytes);
    }

    // ---- the client

    /** Notes what comes, messages whole. */
    private static final class Noting implements WebSocket.Listener {
        final BlockingQueue<String> events = new LinkedBlockingQueue<>();
        private final StringBuilder message = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket socket, CharSequence data, boolean last) {
            return part("text ", data, socket, last);
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(
                WebSocket socket, ByteBuffer data, boolean last) {
            return part("binary ", ISO_8859_1.decode(data), socket, last);
        }

        private @Nullable CompletionStage<?> part(
                String kind, CharSequence data, WebSocket socket, boolean last) {
            message.append(data);
            if (last) {
                events.add(kind + message);
                message.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer data) {
            events.add("pong " + ISO_8859_1.decode(data));
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            events.add("close " + code + " " + reason);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            events.add("error " + error);
        }

        @Nullable String next() throws InterruptedException {
            return events.poll(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void inTheClear() throws Exception {
        try (ScriptedUpstream upstream = new ScriptedUpstream((peer, number) -> echo(peer));
                ProxyFixture proxy = ProxyFixture.before(upstream);
                HttpClient client = HttpClient.newHttpClient()) {
            AccessRecord record = talk(client, "ws", proxy);
            assertThat(record.reason()).isEmpty();
        }
    }

    @Test
    void inTls() throws Exception {
        TestPki pki = new TestPki();
        ServerTls tls =
                TlsContexts.open()
                        .server(
                                new ServerTlsSpec(
                                        List.of(
                                                pki.certificate(
                                                        "local", Algorithm.ecp256, "localhost")),
                                        List.of("h2", "http/1.1"),
                                        TlsProtocols.INTERMEDIATE));
        try (ScriptedUpstream upstream = new ScriptedUpstream((peer, number) -> echo(peer));
                ProxyFixture proxy = new ProxyFixture(ProxyFixture.spec(), tls);
                HttpClient client = HttpClient.newBuilder().sslContext(pki.client("TLS")).build()) {
            proxy.forwardAll(
                    proxy.cluster("up", upstream.address()),
                    ProxyFixture.TIMEOUTS,
                    FilterChain.EMPTY);
            AccessRecord record = talk(client, "wss", proxy);
            // Behind the closing frames this client leaves without close_notify: to TLS, a cut.
            assertThat(record.reason()).isIn("", "DOWNSTREAM_CLOSED");
        }
    }

    private AccessRecord talk(HttpClient client, String scheme, ProxyFixture proxy)
            throws Exception {
        Noting noting = new Noting();
        URI uri = URI.create(scheme + "://localhost:" + proxy.address().getPort() + "/chat");
        WebSocket socket =
                client.newWebSocketBuilder()
                        .subprotocols("chat", "other")
                        .buildAsync(uri, noting)
                        .get(60, TimeUnit.SECONDS);
        assertThat(socket.getSubprotocol()).isEqualTo("chat");
        // Lengths of each of the three forms (RFC 6455 section 5.2).
        for (int length : new int[] {0, 5, 125, 126, 65_535, 65_536, 1_000_000}) {
            String text = "a".repeat(length);
            sent(socket.sendText(text, true));
            assertThat(noting.next()).isEqualTo("text " + text);
            sent(socket.sendBinary(ByteBuffer.wrap(bytes(length)), true));
            assertThat(noting.next()).isEqualTo("binary " + new String(bytes(length), ISO_8859_1));
        }
        // Of several frames, with a ping between them.
        sent(socket.sendText("one, ", false));
        sent(socket.sendPing(ByteBuffer.wrap("p".getBytes(ISO_8859_1))));
        assertThat(noting.next()).isEqualTo("pong p");
        sent(socket.sendText("two", true));
        assertThat(noting.next()).isEqualTo("text one, two");
        // The upstream asks, the client answers by itself.
        sent(socket.sendText("ask me", true));
        assertThat(noting.next()).isEqualTo("text ask me");
        assertThat(pongs.poll(60, TimeUnit.SECONDS)).isEqualTo("are you there");
        sent(socket.sendClose(4_001, "enough"));
        assertThat(noting.next()).isEqualTo("close 4001 enough");
        AccessRecord record = proxy.record();
        assertThat(record.status()).isEqualTo(101);
        return record;
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31);
        }
        return bytes;
    }

    private static void sent(CompletableFuture<WebSocket> sending) throws Exception {
        sending.get(60, TimeUnit.SECONDS);
    }
}
