package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.l7.filter.FilterChain;
import io.sluice.dataplane.l7.route.ExchangeTimeouts;
import io.sluice.dataplane.net.TestPipes;
import io.sluice.dataplane.net.Transport;
import io.sluice.dataplane.telemetry.AccessRecord;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Long bodies, which pass in the kernel where the transport can: nobody sees a difference. */
@SuppressWarnings("StringConcatToTextBlock") // line breaks are the point
final class SplicedBodyTest {
    private static final int SEEDS = 12;
    private static final int BYTES_MAX = 3 * 1024 * 1024;
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    @Test
    void bringsTheSameBytes() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            var random = new Random(seed);
            List<Integer> sizes = sizes(random);
            try (ScriptedUpstream upstream = answering(sizes, new Random(random.nextLong()));
                    ProxyFixture proxy = bare(upstream);
                    RawClient client = new RawClient(proxy.address(), receiveBytes(random))) {
                boolean pipelined = random.nextBoolean();
                if (pipelined) {
                    client.write(GET.repeat(sizes.size()));
                }
                for (int i = 0; i < sizes.size(); i++) {
                    if (!pipelined) {
                        client.write(GET);
                    }
                    String head = client.readHead();
                    assertThat(head)
                            .as("seed %d, response %d", seed, i)
                            .isEqualTo(head(sizes.get(i)));
                    readBody(client.socket().getInputStream(), sizes.get(i), random);
                    AccessRecord record = proxy.record();
                    assertThat(record.reason()).isEmpty();
                    assertThat(record.bytesOut()).isEqualTo(head.length() + sizes.get(i));
                }
                assertThat(upstream.connections).as("seed %d", seed).hasValue(1);
                assertSpliced(proxy, sizes.stream().anyMatch(size -> size > BYTES_MAX / 4));
            }
        }
    }

    @Test
    void neverEndsACutBodyCleanly() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            var random = new Random(seed);
            int size = BYTES_MAX / 2 + random.nextInt(BYTES_MAX / 2);
            int sent = random.nextInt(size);
            boolean reset = random.nextBoolean();
            var responding = new CountDownLatch(1);
            try (ScriptedUpstream upstream =
                            new ScriptedUpstream(
                                    (peer, n) -> {
                                        peer.readHead();
                                        peer.write(head(size));
                                        peer.write(bytes(0, sent));
                                        if (reset) {
                                            // Sooner, it would overtake the head.
                                            await(responding);
                                            peer.reset();
                                        }
                                    });
                    ProxyFixture proxy = bare(upstream);
                    RawClient client = proxy.client()) {
                client.write(GET);
                assertThat(client.readHead()).as("seed %d", seed).isEqualTo(head(size));
                responding.countDown();
                String body = client.readAll();
                assertThat(body).as("seed %d", seed).endsWith("<RESET>");
                assertThat(body.length()).isLessThan(size);
                AccessRecord record = proxy.record();
                assertThat(record.reason()).as("seed %d", seed).isEqualTo("UPSTREAM_RESET");
                assertThat(record.phase()).isEqualTo("RESPOND");
                assertThat(record.bytesOut()).isLessThanOrEqualTo(head(size).length() + sent);
            }
        }
    }

    @Test
    void leavesNothingOfAnUpstreamThatSaysTooMuch() throws Exception {
        int size = 200_000;
        String excess = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    while (!peer.readHead().isEmpty()) {
                                        peer.write(head(size));
                                        peer.write(with(bytes(0, size), excess));
                                    }
                                });
                ProxyFixture proxy = bare(upstream);
                RawClient client = proxy.client()) {
            client.write(GET + GET);
            for (int i = 0; i < 2; i++) {
                assertThat(client.readHead()).isEqualTo(head(size));
                readBody(client.socket().getInputStream(), size, new Random(i));
            }
            assertThat(upstream.connections).hasValue(2);
        }
    }

    @Test
    void letsGoOfTheUpstreamWhereTheClientLeaves() throws Exception {
        var gone = new CountDownLatch(1);
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    if (n > 1) {
                                        peer.readHead();
                                        peer.write(head(100_000));
                                        peer.write(bytes(0, 100_000));
                                        return;
                                    }
                                    peer.readHead();
                                    peer.write(head(Integer.MAX_VALUE));
                                    try {
                                        for (int at = 0; ; at += 100_000) {
                                            peer.write(bytes(at, 100_000));
                                        }
                                    } catch (IOException cut) {
                                        gone.countDown();
                                    }
                                });
                ProxyFixture proxy = bare(upstream)) {
            try (RawClient client = proxy.client()) {
                client.write(GET);
                assertThat(client.readHead()).isEqualTo(head(Integer.MAX_VALUE));
                readBody(client.socket().getInputStream(), BYTES_MAX, new Random(1));
            }
            assertThat(gone.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(proxy.record().reason()).isEqualTo("DOWNSTREAM_CLOSED");
            try (RawClient next = proxy.client()) {
                next.write(GET);
                assertThat(next.readHead()).isEqualTo(head(100_000));
                readBody(next.socket().getInputStream(), 100_000, new Random(2));
            }
        }
    }

    @Test
    void stopsReadingForAClientThatDoesNot() throws Exception {
        int pieceBytes = 100_000;
        int pieces = 2_000;
        var written = new AtomicInteger();
        var idle = Duration.ofSeconds(1);
        var timeouts = new ExchangeTimeouts(10_000_000_000L, idle.toNanos(), 0);
        var clock = new StoppedClock();
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    peer.readHead();
                                    peer.write(head(pieceBytes * pieces));
                                    for (int i = 0; i < pieces; i++) {
                                        peer.write(bytes(i * pieceBytes, pieceBytes));
                                        written.incrementAndGet();
                                    }
                                });
                ProxyFixture proxy = new ProxyFixture(ProxyFixture.spec(), clock);
                RawClient client = new RawClient(proxy.address(), 16 * 1024)) {
            proxy.spoils = false;
            proxy.forwardAll(proxy.cluster("up", upstream.address()), timeouts, FilterChain.EMPTY);
            client.write(GET);
            assertThat(client.readHead()).isEqualTo(head(pieceBytes * pieces));
            proxy.await(() -> !proxy.clientWritable());
            // What the upstream still has on its way counts from when it comes.
            while (proxy.records.isEmpty()) {
                proxy.pass(clock, idle);
            }
            AccessRecord record = proxy.record();
            assertThat(record.reason()).isEqualTo("DOWNSTREAM_TIMEOUT");
            assertThat(record.phase()).isEqualTo("RESPOND");
            assertThat(written.get()).isLessThan(pieces / 2);
        }
    }

    @Test
    void goesOnOnceASlowClientReadsAgain() throws Exception {
        int size = 40 * 1024 * 1024;
        var begun = new CompletableFuture<Void>();
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    peer.readHead();
                                    peer.write(head(size));
                                    for (int at = 0; at < size; at += 1024 * 1024) {
                                        peer.write(bytes(at, 1024 * 1024));
                                        begun.complete(null);
                                    }
                                    peer.readAll();
                                });
                ProxyFixture proxy = bare(upstream);
                RawClient client = new RawClient(proxy.address(), 16 * 1024)) {
            client.write(GET);
            begun.get(60, TimeUnit.SECONDS);
            assertThat(client.readHead()).isEqualTo(head(size));
            readBody(client.socket().getInputStream(), size, new Random(3));
            assertThat(proxy.record().reason()).isEmpty();
            assertSpliced(proxy, true);
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException("the test is over", e);
        }
    }

    private static ProxyFixture bare(ScriptedUpstream upstream) {
        ProxyFixture proxy = ProxyFixture.before(upstream);
        proxy.spoils = false;
        return proxy;
    }

    private static void assertSpliced(ProxyFixture proxy, boolean expected) {
        if (!expected || proxy.loops.transport() != Transport.EPOLL) {
            return;
        }
        var pipes = new AtomicInteger();
        proxy.onLoop(() -> pipes.set(TestPipes.open(proxy.loop)));
        assertThat(pipes).hasPositiveValue();
    }

    private static List<Integer> sizes(Random random) {
        List<Integer> sizes = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            sizes.add(random.nextInt(random.nextBoolean() ? BYTES_MAX : 100_000));
        }
        return sizes;
    }

    private static int receiveBytes(Random random) {
        return random.nextBoolean() ? 16 * 1024 : 0;
    }

    private static ScriptedUpstream answering(List<Integer> sizes, Random random)
            throws IOException {
        return new ScriptedUpstream(
                (peer, n) -> {
                    for (int size : sizes) {
                        peer.readHead();
                        byte[] head = ascii(head(size));
                        boolean together = random.nextBoolean();
                        peer.write(together ? with(head, bytes(0, size)) : head);
                        int at = together ? size : 0;
                        int pieceBytesMax = 1 + random.nextInt(300_000);
                        while (at < size) {
                            int piece = Math.min(size - at, 1 + random.nextInt(pieceBytesMax));
                            peer.write(bytes(at, piece));
                            at += piece;
                        }
                    }
                    peer.readAll();
                });
    }

    private static String head(int size) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n";
    }

    private static byte[] ascii(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    private static byte[] with(byte[] first, String second) {
        return with(first, ascii(second));
    }

    private static byte[] with(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** Bytes that say where in the body they stand. */
    private static byte[] bytes(int from, int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = at(from + i);
        }
        return bytes;
    }

    private static void readBody(InputStream in, int size, Random random) throws IOException {
        byte[] piece = new byte[1 + random.nextInt(100_000)];
        int at = 0;
        while (at < size) {
            int got = in.read(piece, 0, Math.min(piece.length, size - at));
            if (got < 0) {
                throw new AssertionError("ended at " + at + " of " + size);
            }
            for (int i = 0; i < got; i++) {
                if (piece[i] != at(at + i)) {
                    throw new AssertionError("wrong byte at " + (at + i) + " of " + size);
                }
            }
            at += got;
        }
    }

    private static byte at(int position) {
        return (byte) (position ^ position >>> 8 ^ position >>> 17);
    }
}
