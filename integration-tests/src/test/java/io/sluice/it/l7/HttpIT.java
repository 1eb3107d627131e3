package io.sluice.it.l7;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.sluice.it.harness.Await;
import io.sluice.it.harness.RawClient;
import io.sluice.it.harness.ScriptedUpstream;
import io.sluice.it.harness.TestFleet;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

final class HttpIT {
    private static TestFleet fleet;
    private static final Queue<String> HEADS = new ConcurrentLinkedQueue<>();

    @BeforeAll
    static void start(@TempDir Path directory) {
        fleet = new TestFleet(directory, 1);
        ScriptedUpstream echo = fleet.own(new ScriptedUpstream(HttpIT::echoHeads));
        ScriptedUpstream big = fleet.own(new ScriptedUpstream(HttpIT::sendMuch));
        ScriptedUpstream cut = fleet.own(new ScriptedUpstream(HttpIT::cutShort));
        ScriptedUpstream socket = fleet.own(new ScriptedUpstream(HttpIT::webSocketEcho));
        fleet.apply(
                """
                kind: Listener
                name: web
                spec: { address: "127.0.0.1:0", http: {} }
                ---
                kind: Route
                name: all
                spec:
                  listeners: [web]
                  rules:
                    - { name: big, match: { path: { prefix: /big } }, forward: { cluster: big } }
                    - { name: cut, match: { path: { prefix: /cut } }, forward: { cluster: cut } }
                    - { name: ws, match: { path: { prefix: /ws } }, forward: { cluster: ws } }
                    - { name: teapot, match: { path: { exact: /teapot } }, reply: { status: 418, body: "short and stout" } }
                    - { name: old, match: { path: { prefix: /old } }, redirect: { status: 301, path: /new } }
                    - name: echo
                      match: { path: { prefix: /echo } }
                      forward: { cluster: echo }
                      rewrite: { prefix: /inner }
                      requestHeaders: { set: { x-set: "1" }, remove: [x-gone] }
                      responseHeaders: { add: { x-added: "yes" } }
                ---
                kind: Cluster
                name: echo
                spec: { endpoints: [ { address: "%s" } ] }
                ---
                kind: Cluster
                name: big
                spec: { endpoints: [ { address: "%s" } ] }
                ---
                kind: Cluster
                name: cut
                spec: { endpoints: [ { address: "%s" } ] }
                ---
                kind: Cluster
                name: ws
                spec: { endpoints: [ { address: "%s" } ] }
                """
                        .formatted(echo.address(), big.address(), cut.address(), socket.address()));
    }

    @AfterAll
    static void stop() throws Exception {
        fleet.close();
    }

    @BeforeEach
    void forget() {
        HEADS.clear();
    }

    /** Keeps each head it sees, answers 200 with an empty body, and goes on. */
    private static void echoHeads(Socket connection) throws IOException {
        InputStream in = new BufferedInputStream(connection.getInputStream());
        while (true) {
            String head = readHead(in);
            if (head.isEmpty()) {
                return;
            }
            HEADS.add(head);
            connection
                    .getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1));
        }
    }

    private static String readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static final int MUCH = 256 << 20;

    /**
     * Counts what the sockets and the node between took, for as long as the client does not read.
     */
    private static final AtomicLong SENT = new AtomicLong();

    private static void sendMuch(Socket connection) throws IOException {
        readHead(connection.getInputStream());
        connection
                .getOutputStream()
                .write(
                        ("HTTP/1.1 200 OK\r\nContent-Length: " + MUCH + "\r\n\r\n")
                                .getBytes(ISO_8859_1));
        byte[] block = new byte[64 << 10];
        for (SENT.set(0); SENT.get() < MUCH; SENT.addAndGet(block.length)) {
            connection.getOutputStream().write(block);
        }
    }

    private static void cutShort(Socket connection) throws IOException {
        readHead(connection.getInputStream());
        connection
                .getOutputStream()
                .write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".getBytes(ISO_8859_1));
    }

    private static void webSocketEcho(Socket connection) throws IOException {
        HEADS.add(readHead(connection.getInputStream()));
        connection
                .getOutputStream()
                .write(
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
                                .getBytes(ISO_8859_1));
        connection.getInputStream().transferTo(connection.getOutputStream());
    }

    private static RawClient client() throws IOException {
        return new RawClient(fleet.node(1).listener("web"));
    }

    @Test
    void forwardsWithTheHeadersAProxyOwes() throws Exception {
        try (RawClient client = client()) {
            String response =
                    client.send(
                                    "GET /echo/a?q=1 HTTP/1.1\r\n"
                                            + "Host: a.example\r\n"
                                            + "X-Gone: 1\r\n"
                                            + "X-Forwarded-For: 6.6.6.6\r\n"
                                            + "Connection: keep-alive, x-hop\r\n"
                                            + "X-Hop: 1\r\n\r\n")
                            .readResponse();
            assertThat(response).startsWith("HTTP/1.1 200 ").containsIgnoringCase("x-added: yes");
        }
        String head = HEADS.remove();
        assertThat(head).startsWith("GET /inner/a?q=1 HTTP/1.1\r\n");
        assertThat(head.toLowerCase(java.util.Locale.ROOT))
                .contains(
                        "host: a.example",
                        "x-set: 1",
                        "x-forwarded-for: 127.0.0.1",
                        "x-forwarded-proto: http",
                        "via: ",
                        "x-request-id: ")
                .doesNotContain("x-gone", "x-hop", "6.6.6.6");
    }

    @Test
    void repliesAndRedirectsItself() throws Exception {
        try (RawClient client = client()) {
            assertThat(client.send("GET /teapot HTTP/1.1\r\nHost: a\r\n\r\n").readResponse())
                    .startsWith("HTTP/1.1 418 ")
                    .endsWith("short and stout");
            assertThat(client.send("GET /old/x HTTP/1.1\r\nHost: a\r\n\r\n").readResponse())
                    .startsWith("HTTP/1.1 301 ")
                    .containsIgnoringCase("location: /new");
            assertThat(client.send("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n").readResponse())
                    .startsWith("HTTP/1.1 404 ")
                    .containsIgnoringCase("sluice-reason: NO_ROUTE");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /echo HTTP/1.1\r\n"
                        + "Host: a\r\n"
                        + "Content-Length: 5\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n"
                        + "0\r\n\r\n",
                "POST /echo HTTP/1.1\r\n"
                        + "Host: a\r\n"
                        + "Content-Length: 5\r\n"
                        + "Content-Length: 6\r\n\r\n"
                        + "abcde",
                "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nabcde",
                "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5x\r\n\r\nabcde",
                "POST /echo HTTP/1.1\r\n"
                        + "Host: a\r\n"
                        + "Transfer-Encoding: chunked\r\n"
                        + "Transfer-Encoding: identity\r\n\r\n"
                        + "0\r\n\r\n",
                "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                "POST /echo HTTP/1.1\r\nHost: a\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
                "POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "GET /echo HTTP/1.1\r\n\r\n",
                "GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /echo HTTP/1.1\r\nHost: a b\r\n\r\n",
                "GET /echo HTTP/1.1\nHost: a\n\n",
                "GET /echo HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
                "GET /echo HTTP/1.1\r\nHost: a\r\nX: a\u0000b\r\n\r\n",
                "GET  /echo HTTP/1.1\r\nHost: a\r\n\r\n",
                "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
                "GET /echo HTTP/2.0\r\nHost: a\r\n\r\n",
                "GET /echo HTTP/2.5\r\nHost: a\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001",
            })
    void refusesWhatIsAmbiguousAndCloses(String request) throws Exception {
        try (RawClient client = client()) {
            String all =
                    client.send(request + "\r\nGET /echo/smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
                            .readAll();
            assertThat(all).matches("(?s)HTTP/1\\.1 (400|405|501|505) .*");
            assertThat(all.split("HTTP/1.1 ", -1)).hasSize(2);
        }
        assertThat(HEADS).noneMatch(head -> head.contains("smuggled"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/echo/../../x", "/echo/%zz", "/echo/%"})
    void refusesAPathThatHasNoNormalForm(String path) throws Exception {
        try (RawClient client = client()) {
            assertThat(client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").readResponse())
                    .startsWith("HTTP/1.1 400 ")
                    .containsIgnoringCase("sluice-reason: BAD_PATH");
        }
    }

    @Test
    void aCutUpstreamBodyIsNeverACleanEnd() throws Exception {
        try (RawClient client = client()) {
            assertThat(client.send("GET /cut HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("half"))
                    .startsWith("HTTP/1.1 200 ");
            assertThatThrownBy(client::readAll)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    void aSlowReaderStopsTheSender() throws Exception {
        try (RawClient client = client()) {
            client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("\r\n\r\n");
            // What the kernel's buffers and the node hold is a small part of it: the sender comes
            // to a halt.
            long[] last = {-1, 0};
            Await.until(
                    "the sender halts",
                    () -> {
                        last[1] = last[0] == SENT.get() ? last[1] + 1 : 0;
                        last[0] = SENT.get();
                        return last[1] > 50;
                    });
            assertThat(SENT.get()).isLessThan(MUCH / 4);
            assertThat(client.socket().getInputStream().skip(MUCH)).isEqualTo(MUCH);
        }
    }

    @Test
    void tunnelsAWebSocketAcrossConfigChanges() throws Exception {
        try (RawClient client = client()) {
            client.send(
                    "GET /ws HTTP/1.1\r\n"
                            + "Host: a\r\n"
                            + "Upgrade: websocket\r\n"
                            + "Connection: Upgrade\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                            + "Sec-WebSocket-Version: 13\r\n\r\n");
            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
            for (int i = 0; i < 3; i++) {
                fleet.ctl()
                        .apply(
                                "kind: Cluster\n"
                                        + "name: extra\n"
                                        + "spec: { endpoints: [ { address: \"127.0.0.1:"
                                        + (9 + i)
                                        + "\" } ] }\n")
                        .ok();
                assertThat(client.send("ping" + i + "\n").readUntil("\n"))
                        .isEqualTo("ping" + i + "\n");
            }
        }
        assertThat(HEADS.remove()).containsIgnoringCase("upgrade: websocket");
    }

    @Test
    void writesEveryRequestToTheAccessLog() throws Exception {
        try (RawClient client = client()) {
            client.send("GET /teapot HTTP/1.1\r\nHost: a\r\n\r\n").readResponse();
        }
        Path log = fleet.node(1).accessLog();
        String line =
                Await.until(
                        "the line",
                        () ->
                                Files.readAllLines(log).stream()
                                        .filter(l -> l.contains("\"teapot\""))
                                        .findFirst()
                                        .orElse(""),
                        l -> !l.isEmpty());
        assertThat(line)
                .contains(
                        "\"listener\":\"web\"",
                        "\"route\":\"all\"",
                        "\"rule\":\"teapot\"",
                        "\"status\":418");
    }
}
