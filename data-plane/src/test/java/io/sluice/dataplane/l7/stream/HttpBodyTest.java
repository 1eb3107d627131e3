package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

@SuppressWarnings("StringConcatToTextBlock") // line breaks are the point
final class HttpBodyTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    @Test
    void passesChunksAndTrailersBothWays() throws Exception {
        String body = "5;ext=\"1\"\r\nhello\r\n6\r\n world\r\n0\r\nX-Sum: 1\r\n\r\n";
        AtomicReference<String> got = new AtomicReference<>();
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    String head = peer.readHead();
                                    got.set(head + peer.read(body.length()));
                                    peer.write(
                                            "HTTP/1.1 200 OK\r\n"
                                                    + "Transfer-Encoding: chunked\r\n"
                                                    + "Trailer: X-Sum\r\n\r\n"
                                                    + body);
                                    peer.readAll();
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write(
                    "POST / HTTP/1.1\r\n"
                            + "Host: a\r\n"
                            + "TE: trailers\r\n"
                            + "Transfer-Encoding: chunked\r\n\r\n"
                            + body);
            assertThat(client.readHead())
                    .isEqualTo(
                            "HTTP/1.1 200 OK\r\n"
                                    + "Trailer: X-Sum\r\n"
                                    + "Transfer-Encoding: chunked\r\n\r\n");
            assertThat(client.read(body.length())).isEqualTo(body);
            assertThat(got.get())
                    .endsWith("\r\n\r\n" + body)
                    .contains("Transfer-Encoding: chunked\r\n")
                    .contains("TE: trailers\r\n");
        }
    }

    @Test
    void makesChunksOfABodyThatEndsWithTheConnection() throws Exception {
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    peer.readHead();
                                    peer.write("HTTP/1.1 200 OK\r\n\r\nhello world, this is it");
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            for (int i = 0; i < 2; i++) {
                client.write(GET);
                String response = client.readResponse();
                assertThat(response)
                        .startsWith("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                        .endsWith("\r\n0\r\n\r\n");
                assertThat(content(response)).isEqualTo("hello world, this is it");
            }
            try (RawClient old = proxy.client()) {
                old.write("GET / HTTP/1.0\r\n\r\n");
                assertThat(old.readAll())
                        .isEqualTo(
                                "HTTP/1.1 200 OK\r\n"
                                        + "Connection: close\r\n\r\n"
                                        + "hello world, this is it");
            }
        }
    }

    private static String content(String response) {
        StringBuilder content = new StringBuilder();
        int at = response.indexOf("\r\n\r\n") + 4;
        while (true) {
            int lineEnd = response.indexOf("\r\n", at);
            int size = Integer.parseInt(response.substring(at, lineEnd), 16);
            if (size == 0) {
                return content.toString();
            }
            content.append(response, lineEnd + 2, lineEnd + 2 + size);
            at = lineEnd + 2 + size + 2;
        }
    }

    @Test
    void takesChunksApartForHttp10() throws Exception {
        try (ScriptedUpstream upstream =
                        ScriptedUpstream.replying(
                                head ->
                                        "HTTP/1.1 200 OK\r\n"
                                                + "Transfer-Encoding: chunked\r\n\r\n"
                                                + "5\r\n"
                                                + "hello\r\n"
                                                + "3;a=b\r\n"
                                                + ", w\r\n"
                                                + "0\r\n"
                                                + "X-T: 1\r\n\r\n");
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            assertThat(client.readAll())
                    .isEqualTo("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello, w");
        }
    }

    @Test
    void knowsResponsesWithoutBody() throws Exception {
        try (ScriptedUpstream upstream =
                        ScriptedUpstream.replying(
                                head ->
                                        head.startsWith("HEAD")
                                                ? "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
                                                : head.contains("/304")
                                                        ? "HTTP/1.1 304 Not Modified\r\n"
                                                                + "Content-Length: 77\r\n"
                                                                + "ETag: \"a\"\r\n\r\n"
                                                        : "HTTP/1.1 204 No Content\r\n"
                                                                + "X-A: b\r\n\r\n");
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readHead())
                    .isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
            client.write("GET /304 HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readHead())
                    .isEqualTo(
                            "HTTP/1.1 304 Not Modified\r\n"
                                    + "Content-Length: 77\r\n"
                                    + "ETag: \"a\"\r\n\r\n");
            client.write(GET);
            assertThat(client.readHead()).isEqualTo("HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n");
            assertThat(upstream.connections).hasValue(1);
        }
    }

    @Test
    void passesContinueAndEarlyHintsOn() throws Exception {
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    String head = peer.readHead();
                                    assertThat(head).contains("Expect: 100-continue\r\n");
                                    peer.write(
                                            "HTTP/1.1 103 Early Hints\r\n"
                                                    + "Link: </a>\r\n\r\n"
                                                    + "HTTP/1.1 100 Continue\r\n\r\n");
                                    assertThat(peer.read(4)).isEqualTo("body");
                                    peer.write(OK);
                                    peer.readAll();
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write(
                    "POST / HTTP/1.1\r\n"
                            + "Host: a\r\n"
                            + "Content-Length: 4\r\n"
                            + "Expect: 100-continue\r\n\r\n");
            assertThat(client.readHead())
                    .isEqualTo("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
            assertThat(client.readHead()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            client.write("body");
            assertThat(client.readResponse()).isEqualTo(OK);
        }
    }

    @Test
    void passesARefusalOfTheBodyOnAndCloses() throws Exception {
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    peer.readHead();
                                    peer.write(
                                            "HTTP/1.1 417 Expectation Failed\r\n"
                                                    + "Content-Length: 0\r\n\r\n");
                                    peer.readAll();
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write(
                    "POST / HTTP/1.1\r\n"
                            + "Host: a\r\n"
                            + "Content-Length: 4\r\n"
                            + "Expect: 100-continue\r\n\r\n");
            assertThat(client.readAll())
                    .isEqualTo(
                            "HTTP/1.1 417 Expectation Failed\r\n"
                                    + "Content-Length: 0\r\n"
                                    + "Connection: close\r\n\r\n");
        }
    }

    @Test
    void passesAnEarlyResponseWhileTheBodyIsStillComing() throws Exception {
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    peer.readHead();
                                    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n");
                                    peer.write(peer.read(3));
                                    peer.write(peer.read(3));
                                    peer.readAll();
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n");
            assertThat(client.readHead()).contains("200 OK").contains("Connection: close");
            client.write("abc");
            assertThat(client.read(3)).isEqualTo("abc");
            client.write("def");
            assertThat(client.readAll()).isEqualTo("def");
        }
    }

    @Test
    void letsTheClientReadAResponseThatCameBeforeTheBodyWasSent() throws Exception {
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    peer.readHead();
                                    peer.write(
                                            "HTTP/1.1 413 Content Too Large\r\n"
                                                    + "Content-Length: 2\r\n\r\n"
                                                    + "no");
                                    peer.readAll();
                                });
                // The node reads on for two seconds.
                ProxyFixture proxy = ProxyFixture.before(new StoppedClock(), upstream);
                RawClient client = proxy.client()) {
            client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
            client.write("x".repeat(50_000));
            assertThat(client.readAll()).startsWith("HTTP/1.1 413 ").endsWith("no");
        }
    }

    @Test
    void passesLargeBodiesBothWays() throws Exception {
        int length = 20_000_000;
        byte[] block = new byte[100_000];
        for (int i = 0; i < block.length; i++) {
            block[i] = (byte) (i * 31 + i / 251);
        }
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    peer.readHead();
                                    peer.write(
                                            "HTTP/1.1 200 OK\r\nContent-Length: "
                                                    + length
                                                    + "\r\n\r\n");
                                    byte[] buffer = new byte[65_536];
                                    long left = length;
                                    while (left > 0) {
                                        int read =
                                                peer.socket()
                                                        .getInputStream()
                                                        .read(
                                                                buffer,
                                                                0,
                                                                (int)
                                                                        Math.min(
                                                                                left,
                                                                                buffer.length));
                                        peer.socket().getOutputStream().write(buffer, 0, read);
                                        left -= read;
                                    }
                                    peer.readAll();
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + length + "\r\n\r\n");
            Thread writer =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            for (int i = 0; i < length / block.length; i++) {
                                                client.socket().getOutputStream().write(block);
                                            }
                                        } catch (IOException e) {
                                            throw new AssertionError(e);
                                        }
                                    });
            client.readHead();
            for (int i = 0; i < length / block.length; i++) {
                assertThat(client.socket().getInputStream().readNBytes(block.length))
                        .isEqualTo(block);
            }
            writer.join();
        }
    }

    @Test
    void holdsAFastUpstreamBackForASlowClient() throws Exception {
        AtomicLong written = new AtomicLong();
        byte[] block = new byte[64 * 1024];
        long total = 1_000L * block.length;
        CountDownLatch stuck = new CountDownLatch(1);
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    peer.readHead();
                                    peer.write(
                                            "HTTP/1.1 200 OK\r\nContent-Length: "
                                                    + total
                                                    + "\r\n\r\n");
                                    Thread watcher = watch(written, stuck);
                                    for (int i = 0; i < 1_000; i++) {
                                        peer.write(block);
                                        written.addAndGet(block.length);
                                    }
                                    watcher.interrupt();
                                    peer.readAll();
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = new RawClient(proxy.address(), 16 * 1024)) {
            client.write(GET);
            client.readHead();
            stuck.await();
            // What both sockets' buffers hold, and far less in the node than what is left to send.
            assertThat(written.get()).isLessThan(total / 2);
            // Fails at an end that comes too early.
            client.socket().getInputStream().skipNBytes(total);
        }
    }

    // Opens the latch once nothing moved between two looks.
    private static Thread watch(AtomicLong counter, CountDownLatch stuck) {
        return Thread.ofVirtual()
                .start(
                        () -> {
                            long before = -1;
                            while (before != counter.get() || before == 0) {
                                before = counter.get();
                                java.util.concurrent.locks.LockSupport.parkNanos(300_000_000);
                                if (Thread.interrupted()) {
                                    return;
                                }
                            }
                            stuck.countDown();
                        });
    }

    @Test
    void holdsAFastClientBackForASlowUpstream() throws Exception {
        AtomicLong written = new AtomicLong();
        CountDownLatch stuck = new CountDownLatch(1);
        byte[] block = new byte[64 * 1024];
        long total = 1_000L * block.length;
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    peer.readHead();
                                    HttpStreamTest.await(stuck);
                                    // Fails at an end that comes too early.
                                    peer.socket().getInputStream().skipNBytes(total);
                                    peer.write(OK);
                                    peer.readAll();
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + total + "\r\n\r\n");
            Thread writer =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            for (int i = 0; i < 1_000; i++) {
                                                client.socket().getOutputStream().write(block);
                                                written.addAndGet(block.length);
                                            }
                                        } catch (IOException e) {
                                            throw new AssertionError(e);
                                        }
                                    });
            watch(written, stuck).join();
            assertThat(written.get()).isLessThan(total / 2);
            assertThat(client.readResponse()).isEqualTo(OK);
            writer.join();
        }
    }

    @Test
    void noTrailerOfAResponsePassesBeforeAllAreChecked() throws Exception {
        String chunks = "5\r\nhello\r\n0\r\n";
        String trailers = "X-Sum: 1\r\nX-More: 2\r\n\r\n";
        Semaphore passed = new Semaphore(0);
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    boolean good = peer.readHead().startsWith("GET /good");
                                    peer.write(
                                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                                    + chunks
                                                    + "X-Sum: 1\r\n");
                                    passed.acquireUninterruptibly();
                                    peer.write(good ? "X-More: 2\r\n\r\n" : "X More: 2\r\n\r\n");
                                    peer.readAll();
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream)) {
            for (boolean good : new boolean[] {false, true}) {
                try (RawClient client = proxy.client()) {
                    client.write(
                            "GET "
                                    + (good ? "/good" : "/bad")
                                    + " HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n");
                    client.readHead();
                    assertThat(client.read(chunks.length())).isEqualTo(chunks);
                    passed.release();
                    if (good) {
                        assertThat(client.read(trailers.length())).isEqualTo(trailers);
                    } else {
                        assertThat(client.readAll()).isIn("", "<RESET>");
                    }
                }
            }
        }
    }

    @Test
    void noTrailerOfARequestPassesBeforeAllAreChecked() throws Exception {
        String chunks = "5\r\nhello\r\n0\r\n";
        String trailers = "X-Sum: 1\r\nX-More: 2\r\n\r\n";
        BlockingQueue<String> got = new LinkedBlockingQueue<>();
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    String head = peer.readHead();
                                    while (!head.isEmpty()) {
                                        boolean good = head.startsWith("POST /good");
                                        got.add(peer.read(chunks.length()));
                                        got.add(
                                                good
                                                        ? peer.read(trailers.length())
                                                        : untilTheEnd(peer));
                                        peer.write(OK);
                                        // Closed here, it might be closed under the next request.
                                        head = peer.readHead();
                                    }
                                });
                ProxyFixture proxy = ProxyFixture.before(upstream)) {
            for (boolean good : new boolean[] {true, false}) {
                try (RawClient client = proxy.client()) {
                    client.write(
                            "POST "
                                    + (good ? "/good" : "/bad")
                                    + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    + chunks
                                    + "X-Sum: 1\r\n");
                    assertThat(got.poll(60, TimeUnit.SECONDS)).isEqualTo(chunks);
                    client.write(good ? "X-More: 2\r\n\r\n" : "X More: 2\r\n\r\n");
                    assertThat(client.readHead())
                            .startsWith(good ? "HTTP/1.1 200 " : "HTTP/1.1 400 ");
                    assertThat(got.poll(60, TimeUnit.SECONDS)).isEqualTo(good ? trailers : "");
                }
            }
        }
    }

    private static String untilTheEnd(ScriptedUpstream.Peer peer) {
        StringBuilder all = new StringBuilder();
        try {
            for (String next = peer.read(1); !next.isEmpty(); next = peer.read(1)) {
                all.append(next);
            }
        } catch (IOException reset) {
            // An end as good as the other.
            return all.toString();
        }
        return all.toString();
    }
}
