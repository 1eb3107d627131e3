package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.l7.stream.Crossing.Sides;
import io.sluice.dataplane.l7.stream.WireStream.Head;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Requests and responses, and what they consist of, whatever carries them. */
final class EveryHttpMessageTest {
    private static final int LARGE_BYTES = 3_000_000;

    /** Says what came: the head as a field each, the body, the trailers. */
    private static void echo(WireStream stream) throws Exception {
        Head head = stream.nextHead();
        String body = stream.text();
        stream.reply(
                200,
                body,
                "x-method",
                head.get(":method"),
                "x-path",
                head.get(":path"),
                "x-host",
                head.get(":authority") + head.get("host"),
                "x-cookie",
                head.get("cookie"),
                "x-length",
                head.get("content-length"),
                "x-via",
                head.get("via"),
                "x-proto",
                head.get("x-forwarded-proto"),
                "x-hop",
                head.get("keep-alive") + head.get("proxy-connection") + head.get("upgrade"),
                "x-trailer",
                stream.trailers().getOrDefault("x-sum", ""));
    }

    @OverEveryHttp
    void passesARequestAndItsResponse(Sides sides) throws Exception {
        try (Crossing crossing = new Crossing(sides, EveryHttpMessageTest::echo)) {
            WireStream stream = crossing.open();
            stream.request(
                    "POST", "/a/../b%41?q=1", false, "content-length", "5", "cookie", "a=1; b=2");
            stream.body("hello", true);
            Head head = stream.response();
            assertThat(head.status()).isEqualTo(200);
            assertThat(stream.text()).isEqualTo("hello");
            assertThat(head.fields())
                    .containsEntry("x-method", "POST")
                    .containsEntry("x-path", "/bA?q=1")
                    .containsEntry("x-host", "shop.example")
                    .containsEntry("x-cookie", "a=1; b=2")
                    .containsEntry("x-length", "5")
                    .containsEntry("x-via", sides.client().http2 ? "2.0 sluice" : "1.1 sluice")
                    .containsEntry("x-proto", sides.client().tls ? "https" : "http")
                    .containsEntry("x-hop", "");
            assertThat(crossing.record().status()).isEqualTo(200);
        }
    }

    @OverEveryHttp
    void joinsTheCrumbsOfCookies(Sides sides) throws Exception {
        try (Crossing crossing = new Crossing(sides, EveryHttpMessageTest::echo)) {
            WireStream stream = crossing.open();
            if (sides.client().http2) {
                stream.get("/", "cookie", "a=1", "cookie", "b=2", "cookie", "c=3");
            } else {
                // RFC 6265 section 5.4: HTTP/1.1 has no crumbs.
                stream.get("/", "cookie", "a=1; b=2; c=3");
            }
            assertThat(stream.response().get("x-cookie")).isEqualTo("a=1; b=2; c=3");
        }
    }

    @OverEveryHttp
    void servesOneRequestAfterTheOtherOnItsConnections(Sides sides) throws Exception {
        try (Crossing crossing = new Crossing(sides, EveryHttpMessageTest::echo)) {
            WireConnection client = crossing.connect();
            for (int i = 0; i < 20; i++) {
                WireStream stream = client.open();
                stream.request("PUT", "/" + i, false);
                stream.body("number " + i, true);
                Head head = stream.response();
                assertThat(head.get("x-path")).isEqualTo("/" + i);
                assertThat(stream.text()).isEqualTo("number " + i);
            }
            assertThat(crossing.upstream.connections()).isEqualTo(1);
        }
    }

    @OverEveryHttp
    void passesLargeBodiesOfKnownLengthBothWays(Sides sides) throws Exception {
        large(sides, "content-length", String.valueOf(LARGE_BYTES));
    }

    @OverEveryHttp
    void passesLargeBodiesOfUnknownLengthBothWays(Sides sides) throws Exception {
        large(sides);
    }

    private static void large(Sides sides, String... length) throws Exception {
        List<String> fields = new ArrayList<>(List.of(":status", "200"));
        fields.addAll(List.of(length));
        try (Crossing crossing =
                new Crossing(
                        sides,
                        stream -> {
                            stream.nextHead();
                            stream.head(false, fields.toArray(String[]::new));
                            byte[] piece = stream.piece();
                            while (piece != null) {
                                stream.body(piece, false);
                                piece = stream.piece();
                            }
                            stream.end();
                        })) {
            WireStream stream = crossing.open();
            stream.request("POST", "/", false, length);
            Thread writer =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            byte[] piece = new byte[30_000];
                                            for (int i = 0; i < LARGE_BYTES; i += piece.length) {
                                                piece[0] = (byte) (i / piece.length);
                                                stream.body(
                                                        piece.clone(),
                                                        i + piece.length == LARGE_BYTES);
                                            }
                                        } catch (java.io.IOException e) {
                                            throw new java.io.UncheckedIOException(e);
                                        }
                                    });
            assertThat(stream.response().status()).isEqualTo(200);
            String text = stream.text();
            writer.join();
            assertThat(text).hasSize(LARGE_BYTES);
            for (int i = 0; i < LARGE_BYTES / 30_000; i++) {
                assertThat((byte) text.charAt(i * 30_000)).isEqualTo((byte) i);
            }
        }
    }

    @OverEveryHttp
    void goesOnWithABodyThatWasHeldBack(Sides sides) throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        try (Crossing crossing =
                new Crossing(
                        sides,
                        stream -> {
                            stream.nextHead();
                            held.await();
                            stream.reply(200, String.valueOf(stream.count()));
                        })) {
            WireStream stream = crossing.open();
            stream.request("POST", "/", false);
            byte[] piece = new byte[100_000];
            AtomicInteger written = new AtomicInteger();
            Thread writer =
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            for (int i = 1; i <= 200; i++) {
                                                stream.body(piece, i == 200);
                                                written.set(i);
                                            }
                                        } catch (java.io.IOException e) {
                                            throw new java.io.UncheckedIOException(e);
                                        }
                                    });
            awaitHeldBack(crossing, writer, written);
            held.countDown();
            assertThat(stream.response().status()).isEqualTo(200);
            assertThat(stream.text()).isEqualTo("20000000");
        }
    }

    // The writer waits for room, and did so before the proxy had its turn to read.
    private static void awaitHeldBack(Crossing crossing, Thread writer, AtomicInteger written) {
        int before;
        do {
            before = written.get();
            crossing.proxy.onLoop(() -> {});
            crossing.proxy.onLoop(() -> {});
        } while (written.get() != before || writer.getState() == Thread.State.RUNNABLE);
        assertThat(before).isLessThan(200);
    }

    @OverEveryHttp
    void passesTrailersBothWays(Sides sides) throws Exception {
        try (Crossing crossing =
                new Crossing(
                        sides,
                        stream -> {
                            stream.nextHead();
                            String body = stream.text();
                            String sum = stream.trailers().getOrDefault("x-sum", "none");
                            stream.head(false, ":status", "200", "trailer", "x-sum");
                            stream.body(body, false);
                            stream.end("x-sum", sum + "!");
                        })) {
            WireStream stream = crossing.open();
            stream.request("POST", "/", false, "te", "trailers", "trailer", "x-sum");
            stream.body("body", false);
            stream.end("x-sum", "42");
            assertThat(stream.response().status()).isEqualTo(200);
            assertThat(stream.text()).isEqualTo("body");
            assertThat(stream.trailers()).containsEntry("x-sum", "42!");
        }
    }

    @OverEveryHttp
    void passesWhatComesBeforeTheResponse(Sides sides) throws Exception {
        try (Crossing crossing =
                new Crossing(
                        sides,
                        stream -> {
                            assertThat(stream.nextHead().get("expect")).isEqualTo("100-continue");
                            stream.head(false, ":status", "100");
                            stream.head(false, ":status", "103", "link", "</style.css>");
                            assertThat(stream.text()).isEqualTo("hi");
                            stream.reply(200, "hello");
                        })) {
            WireStream stream = crossing.open();
            stream.request("POST", "/", false, "content-length", "2", "expect", "100-continue");
            assertThat(stream.nextHead().status()).isEqualTo(100);
            Head hints = stream.nextHead();
            assertThat(hints.status()).isEqualTo(103);
            assertThat(hints.get("link")).isEqualTo("</style.css>");
            stream.body("hi", true);
            assertThat(stream.nextHead().status()).isEqualTo(200);
            assertThat(stream.text()).isEqualTo("hello");
        }
    }

    @OverEveryHttp
    void passesARefusalOfABodyThatWasNotSentYet(Sides sides) throws Exception {
        try (Crossing crossing =
                new Crossing(
                        sides,
                        stream -> {
                            assertThat(stream.nextHead().get("expect")).isEqualTo("100-continue");
                            stream.reply(417, "no");
                        })) {
            WireStream stream = crossing.open();
            stream.request("POST", "/", false, "content-length", "2", "expect", "100-continue");
            assertThat(stream.nextHead().status()).isEqualTo(417);
            assertThat(stream.text()).isEqualTo("no");
        }
    }

    @OverEveryHttp
    void knowsResponsesWithoutBody(Sides sides) throws Exception {
        try (Crossing crossing =
                new Crossing(
                        sides,
                        stream -> {
                            Head head = stream.nextHead();
                            switch (head.get(":path")) {
                                case "/204" -> stream.head(true, ":status", "204");
                                case "/304" -> stream.head(true, ":status", "304", "etag", "\"a\"");
                                case "/empty" -> stream.head(true, ":status", "200");
                                default ->
                                        stream.head(
                                                true, ":status", "200", "content-length", "999");
                            }
                        })) {
            WireConnection client = crossing.connect();
            for (String path : List.of("/204", "/304", "/empty")) {
                WireStream stream = client.open();
                stream.get(path);
                Head head = stream.response();
                assertThat(":status " + head.get(":status"))
                        .contains(path.equals("/empty") ? "200" : path.substring(1));
                assertThat(stream.text()).isEmpty();
            }
            WireStream stream = client.open();
            stream.request("HEAD", "/head", true);
            assertThat(stream.response().get("content-length")).isEqualTo("999");
            assertThat(stream.text()).isEmpty();
            WireStream last = client.open();
            last.get("/204");
            assertThat(last.response().status()).isEqualTo(204);
        }
    }

    @OverEveryHttp
    void passesEachEventAsItComes(Sides sides) throws Exception {
        CountDownLatch[] read = {new CountDownLatch(1), new CountDownLatch(1)};
        try (Crossing crossing =
                new Crossing(
                        sides,
                        stream -> {
                            stream.nextHead();
                            stream.head(
                                    false, ":status", "200", "content-type", "text/event-stream");
                            stream.body("data: 1\n\n", false);
                            read[0].await();
                            stream.body("data: 2\n\n", false);
                            read[1].await();
                            stream.body("data: 3\n\n", true);
                        })) {
            WireStream stream = crossing.open();
            stream.get("/events");
            assertThat(stream.response().get("content-type")).isEqualTo("text/event-stream");
            assertThat(stream.read(9)).isEqualTo("data: 1\n\n");
            read[0].countDown();
            assertThat(stream.read(9)).isEqualTo("data: 2\n\n");
            read[1].countDown();
            assertThat(stream.text()).isEqualTo("data: 3\n\n");
        }
    }

    @OverEveryHttp
    void passesAResponseThatComesBeforeTheBodyIsSent(Sides sides) throws Exception {
        try (Crossing crossing =
                new Crossing(
                        sides,
                        stream -> {
                            stream.nextHead();
                            stream.head(false, ":status", "200");
                            // Each answers what came before.
                            for (int i = 0; i < 5; i++) {
                                stream.body(stream.read(4), false);
                            }
                            assertThat(stream.piece()).isNull();
                            stream.end();
                        })) {
            WireStream stream = crossing.open();
            stream.request("POST", "/", false);
            assertThat(stream.response().status()).isEqualTo(200);
            for (int i = 0; i < 5; i++) {
                stream.body("abc" + i, false);
                assertThat(stream.read(4)).isEqualTo("abc" + i);
            }
            stream.end();
            assertThat(stream.text()).isEmpty();
        }
    }

    @OverEveryHttp
    void removesWhatConnectionNames(Sides sides) throws Exception {
        try (Crossing crossing =
                new Crossing(
                        sides,
                        stream -> {
                            Head head = stream.nextHead();
                            assertThat(head.fields())
                                    .doesNotContainKeys("x-private", "connection", "keep-alive");
                            if (sides.upstream().http2) {
                                stream.reply(200, "hello", "x-public", "yes");
                            } else {
                                stream.reply(
                                        200,
                                        "hello",
                                        "connection",
                                        "keep-alive, x-private",
                                        "keep-alive",
                                        "timeout=5",
                                        "x-private",
                                        "1",
                                        "x-public",
                                        "yes");
                            }
                        })) {
            WireStream stream = crossing.open();
            if (sides.client().http2) {
                // RFC 9113 section 8.2.2: malformed there; see Http2FlowTest.
                stream.get("/");
            } else {
                stream.get("/", "connection", "x-private", "x-private", "1");
            }
            Map<String, String> fields = stream.response().fields();
            assertThat(fields)
                    .containsEntry("x-public", "yes")
                    .doesNotContainKeys("x-private", "keep-alive", "connection");
        }
    }
}
