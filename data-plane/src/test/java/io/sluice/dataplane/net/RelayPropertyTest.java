package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What goes in comes out, whatever the sizes, the speeds and the order of the ends. */
class RelayPropertyTest {
    private static final int SEEDS = 12;
    private static final int BYTES_MAX = 3 * 1024 * 1024;

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void bringsTheSameBytesBothWays(Transport transport) throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            try (var relay = new RelayFixture(transport)) {
                relay.start(Timer.NEVER);
                var random = new Random(seed);
                var up = new Stream(relay.client, relay.upstream, random);
                var down = new Stream(relay.upstream, relay.client, random);
                up.start();
                down.start();
                assertThat(up.received()).as("up, seed %d", seed).isEqualTo(up.bytes);
                assertThat(down.received()).as("down, seed %d", seed).isEqualTo(down.bytes);
                assertThat(relay.end().failure()).as("seed %d", seed).isNull();
                assertThat(relay.onLoop(() -> relay.sentUpstream)).isEqualTo(up.bytes);
                assertThat(relay.onLoop(() -> relay.sentDownstream)).isEqualTo(down.bytes);
                assertThat(relay.onLoop(relay::heldBytes)).isZero();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void bringsABeginningWhereItIsReset(Transport transport) throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            try (var relay = new RelayFixture(transport)) {
                relay.start(Timer.NEVER);
                var random = new Random(seed);
                var up = new Stream(relay.client, relay.upstream, random);
                var down = new Stream(relay.upstream, relay.client, random);
                up.resetAfter = random.nextInt(up.bytes + 1);
                up.mayBreak = true;
                down.mayBreak = true;
                up.start();
                down.start();
                // In order as far as they come: a reset overtakes what is under way.
                assertThat(up.received()).as("up, seed %d", seed).isLessThanOrEqualTo(up.bytes);
                assertThat(down.received()).as("seed %d", seed).isLessThanOrEqualTo(down.bytes);
                assertThat(relay.end()).as("seed %d", seed).isNotNull();
                // On io_uring a socket closes behind a write that is with the kernel.
                relay.until(() -> relay.heldBytes() == 0);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL"})
    void splicesABulkStreamAndNoSmallMessages(Transport transport) throws Exception {
        try (var relay = new RelayFixture(transport)) {
            relay.start(Timer.NEVER);
            for (int i = 0; i < 100; i++) {
                relay.client.getOutputStream().write(i);
                assertThat(relay.upstream.getInputStream().read()).isEqualTo(i);
            }
            assertThat(relay.onLoop(() -> relay.loop.splicePipes().open())).isZero();
            var bulk = new Stream(relay.client, relay.upstream, new Random(1));
            bulk.bytes = 8 * BYTES_MAX;
            bulk.pieceBytesMax = BYTES_MAX;
            bulk.start();
            assertThat(bulk.received()).isEqualTo(bulk.bytes);
            assertThat(relay.onLoop(() -> relay.loop.splicePipes().open())).isPositive();
        }
    }

    /** Bytes that say where in the stream they stand, in pieces of random sizes. */
    private static final class Stream {
        private static final int[] PIECE_BYTES_MAX = {16, 2_000, 70_000, 1_000_000};

        private final Socket from;
        private final Socket to;
        private final Random random;
        private final CompletableFuture<Integer> received = new CompletableFuture<>();
        private int pieceBytesMax;
        int bytes;
        int resetAfter = Integer.MAX_VALUE;
        boolean mayBreak;

        Stream(Socket from, Socket to, Random seeds) {
            this.from = from;
            this.to = to;
            this.random = new Random(seeds.nextLong());
            this.pieceBytesMax = PIECE_BYTES_MAX[random.nextInt(PIECE_BYTES_MAX.length)];
            this.bytes = random.nextInt(Math.min(BYTES_MAX, 200 * pieceBytesMax));
        }

        void start() {
            Thread.startVirtualThread(this::write);
            Thread.startVirtualThread(this::read);
        }

        int received() throws Exception {
            return received.get(60, TimeUnit.SECONDS);
        }

        private void write() {
            try {
                OutputStream out = from.getOutputStream();
                int at = 0;
                int end = Math.min(bytes, resetAfter);
                while (at < end) {
                    byte[] piece = new byte[Math.min(end - at, 1 + random.nextInt(pieceBytesMax))];
                    for (int i = 0; i < piece.length; i++) {
                        piece[i] = at(at + i);
                    }
                    out.write(piece);
                    at += piece.length;
                }
                if (resetAfter <= bytes) {
                    from.setSoLinger(true, 0);
                    from.close();
                } else {
                    from.shutdownOutput();
                }
            } catch (IOException e) {
                if (!mayBreak) {
                    received.completeExceptionally(new AssertionError("write failed", e));
                }
            }
        }

        private void read() {
            int at = 0;
            try {
                InputStream in = to.getInputStream();
                byte[] piece = new byte[1 + random.nextInt(100_000)];
                for (int got = in.read(piece); got >= 0; got = in.read(piece)) {
                    for (int i = 0; i < got; i++) {
                        if (piece[i] != at(at + i)) {
                            throw new AssertionError("wrong byte at " + (at + i));
                        }
                    }
                    at += got;
                }
                received.complete(at);
            } catch (IOException e) {
                received.complete(at);
            } catch (AssertionError e) {
                received.completeExceptionally(e);
            }
        }

        private static byte at(int position) {
            return (byte) (position ^ position >>> 8 ^ position >>> 17);
        }
    }
}
