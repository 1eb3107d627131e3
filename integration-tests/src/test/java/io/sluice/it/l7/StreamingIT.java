package io.sluice.it.l7;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.sluice.it.harness.Await;
import io.sluice.it.harness.ScriptedUpstream;
import io.sluice.it.harness.TestFleet;
import io.sluice.it.tls.TestAuthority;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** WebSockets and server-sent events through a node, in TLS, while the configuration changes. */
final class StreamingIT {
    private static final int CHANGES = 200;
    private static final int TEXT = 0x81;
    private static final int CLOSE = 0x88;
    private static final int MASKED = 0x80;

    private static TestFleet fleet;
    private static TestAuthority authority;

    /** Events that the upstream may send. */
    private static final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        authority = new TestAuthority();
        fleet = new TestFleet(directory, 1);
        String upstream = fleet.own(new ScriptedUpstream(StreamingIT::serve)).address();
        fleet.apply(
                TestAuthority.resource("shop", authority.issue(Algorithm.ecp256, "localhost"))
                        + """
                        ---
                        kind: Listener
                        name: secure
                        spec: { address: "127.0.0.1:0", http: {}, tls: { certificates: [shop] } }
                        ---
                        kind: Route
                        name: chat
                        spec:
                          listeners: [secure]
                          rules:
                            - name: all
                              forward:
                                split: [ { cluster: one, weight: 1 }, { cluster: two, weight: 1 } ]
                        ---
                        kind: Cluster
                        name: one
                        spec: { endpoints: [ { address: "%1$s" } ] }
                        ---
                        kind: Cluster
                        name: two
                        spec: { endpoints: [ { address: "%1$s" } ] }
                        """
                                .formatted(upstream));
    }

    @AfterAll
    static void stop() throws IOException {
        fleet.close();
    }

    // ---- the upstream

    private static void serve(Socket connection) throws IOException {
        DataInputStream in = new DataInputStream(connection.getInputStream());
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        if (head.indexOf("GET /events ") == 0) {
            sendEvents(connection);
            return;
        }
        String key =
                head.toString().replaceAll("(?is).*\r\nsec-websocket-key: *(\\S+)\r\n.*", "$1");
        write(
                connection,
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                        + "Upgrade: websocket\r\nSec-WebSocket-Accept: "
                        + accept(key)
                        + "\r\n\r\n");
        int first = 0;
        while (first != CLOSE) {
            // Short frames only; a client masks (RFC 6455 section 5.2).
            first = in.readUnsignedByte();
            byte[] payload = new byte[in.readUnsignedByte() & ~MASKED];
            byte[] mask = in.readNBytes(4);
            in.readFully(payload);
            for (int i = 0; i < payload.length; i++) {
                payload[i] ^= mask[i & 3];
            }
            write(connection, frame(first, payload));
        }
    }

    private static void sendEvents(Socket connection) throws IOException {
        write(connection, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
        try {
            for (String event = events.take(); !event.isEmpty(); event = events.take()) {
                write(connection, "data: " + event + "\n\n");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void write(Socket connection, String text) throws IOException {
        connection.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    private static String frame(int first, byte[] payload) {
        return (char) first + "" + (char) payload.length + new String(payload, ISO_8859_1);
    }

    // RFC 6455 section 4.2.2
    private static String accept(String key) throws IOException {
        try {
            String joined = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
            return Base64.getEncoder()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-1").digest(joined.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    // ---- clients

    /** A client of one WebSocket, over one version of HTTP. */
    interface Chat extends Closeable {
        /** Sends a text and returns what comes back. */
        String say(String text) throws Exception;
    }

    enum Version {
        HTTP_1 {
            @Override
            Chat open() throws Exception {
                return new JdkChat();
            }
        },
        HTTP_2 {
            @Override
            Chat open() throws Exception {
                return new Http2Chat();
            }
        };

        abstract Chat open() throws Exception;
    }

    private static InetSocketAddress listener() {
        return fleet.node(1).listener("secure");
    }

    private static HttpClient jdk() throws Exception {
        return HttpClient.newBuilder().sslContext(authority.client()).build();
    }

    private static URI uri(String scheme, String path) {
        return URI.create(scheme + "://localhost:" + listener().getPort() + path);
    }

    private static final class JdkChat implements Chat, WebSocket.Listener {
        private final HttpClient client = jdk();
        private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
        private final WebSocket socket;

        JdkChat() throws Exception {
            socket =
                    client.newWebSocketBuilder()
                            .buildAsync(uri("wss", "/chat"), this)
                            .get(60, TimeUnit.SECONDS);
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
            texts.add(text.toString());
            return WebSocket.Listener.super.onText(from, text, last);
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            texts.add(error.toString());
        }

        @Override
        public String say(String text) throws Exception {
            socket.sendText(text, true).get(60, TimeUnit.SECONDS);
            return texts.poll(60, TimeUnit.SECONDS);
        }

        @Override
        public void close() {
            socket.abort();
            client.shutdownNow();
        }
    }

    /** Over a stream (RFC 8441). */
    private static final class Http2Chat implements Chat {
        private final Http2Frames client;
        private final int stream;

        Http2Chat() throws Exception {
            SSLSocket socket =
                    (SSLSocket)
                            authority
                                    .client()
                                    .getSocketFactory()
                                    .createSocket("127.0.0.1", listener().getPort());
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            client = new Http2Frames(socket);
            stream =
                    client.request(
                            0,
                            ":method",
                            "CONNECT",
                            ":protocol",
                            "websocket",
                            ":scheme",
                            "https",
                            ":path",
                            "/chat",
                            ":authority",
                            "localhost",
                            "sec-websocket-version",
                            "13");
            assertThat(client.next(stream, Http2Frames.HEADERS).flags())
                    .isEqualTo(Http2Frames.END_HEADERS);
        }

        @Override
        public String say(String text) throws IOException {
            byte[] payload = text.getBytes(UTF_8);
            byte[] frame = new byte[6 + payload.length];
            frame[0] = (byte) TEXT;
            frame[1] = (byte) (MASKED | payload.length);
            // A mask of zeros.
            System.arraycopy(payload, 0, frame, 6, payload.length);
            client.frame(Http2Frames.DATA, 0, stream, frame);
            StringBuilder got = new StringBuilder();
            while (got.length() < 2 + payload.length) {
                byte[] piece = client.next(stream, Http2Frames.DATA).payload();
                got.append(new String(piece, ISO_8859_1));
            }
            return got.substring(2);
        }

        @Override
        public void close() throws IOException {
            client.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWebSocketOutlivesChangesAndShowsInTheStatistics(Version version) throws Exception {
        try (Chat chat = version.open()) {
            assertThat(chat.say("hello")).isEqualTo("hello");
            for (int i = 1; i <= CHANGES; i++) {
                assertThat(
                                fleet.controlPlane()
                                        .send(
                                                "POST",
                                                "/routes/chat:weights",
                                                "{\"rule\": \"all\", \"weights\": {\"one\": %d}}"
                                                        .formatted(i % 100))
                                        .statusCode())
                        .isEqualTo(200);
            }
            assertThat(chat.say("still there")).isEqualTo("still there");
            // Statistics of the last seconds; bytes pass until a window has some.
            Await.until(
                    "the WebSocket in the statistics",
                    () -> {
                        chat.say("again");
                        String table = fleet.ctl().run("stats").ok().out();
                        return table.contains("WS-IN/S") && table.contains("secure");
                    });
        }
    }

    @Test
    void eventsPassOneByOne() throws Exception {
        try (HttpClient client = jdk()) {
            HttpResponse<InputStream> response =
                    client.send(
                            HttpRequest.newBuilder(uri("https", "/events")).build(),
                            BodyHandlers.ofInputStream());
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(response.headers().firstValue("content-type")).contains("text/event-stream");
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(response.body(), UTF_8))) {
                // Each is asked for only when the one before has come.
                for (int i = 1; i <= 5; i++) {
                    events.add("number " + i);
                    assertThat(lines.readLine()).isEqualTo("data: number " + i);
                    assertThat(lines.readLine()).isEmpty();
                }
                events.add("");
                assertThat(lines.readLine()).isNull();
            }
        }
    }

    @Test
    void aStreamOutlivesTheListenerItCameBy() throws Exception {
        fleet.apply(
                """
                kind: Listener
                name: leaving
                spec: { address: "127.0.0.1:0", http: {} }
                ---
                kind: Route
                name: leaving
                spec:
                  listeners: [leaving]
                  rules: [ { name: all, forward: { cluster: one } } ]
                """);
        InetSocketAddress leaving = fleet.node(1).listener("leaving");
        try (Http2Frames client =
                new Http2Frames(new Socket(leaving.getAddress(), leaving.getPort()))) {
            int stream = client.get("/events");
            client.next(stream, Http2Frames.HEADERS);
            events.add("before");
            assertThat(client.next(stream, Http2Frames.DATA).text()).isEqualTo("data: before\n\n");
            fleet.ctl().run("delete", "route", "leaving").ok();
            fleet.ctl().run("delete", "listener", "leaving").ok();
            // RFC 9113 section 6.8: announced first, so that no request is lost that crosses it.
            Http2Frames.Frame announced = client.next();
            assertThat(announced.type()).isEqualTo(Http2Frames.GOAWAY);
            assertThat(announced.lastStream()).isEqualTo(Integer.MAX_VALUE);
            Http2Frames.Frame last = client.next();
            assertThat(last.type()).isEqualTo(Http2Frames.GOAWAY);
            assertThat(last.lastStream()).isEqualTo(stream);
            events.add("after");
            assertThat(client.next(stream, Http2Frames.DATA).text()).isEqualTo("data: after\n\n");
            events.add("");
            assertThat(client.next(stream, Http2Frames.DATA).flags())
                    .isEqualTo(Http2Frames.END_STREAM);
            // In order, with nothing more to say.
            assertThat(client.end()).isEqualTo(Http2Frames.NO_GOAWAY);
        }
    }
}
