package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.RequestHead;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.util.Random;

final class KeptBodyTest {
    private final KeptBody kept = new KeptBody();
    private final ByteArrayOutputStream given = new ByteArrayOutputStream();

    private ByteBuf add(int bytes) {
        byte[] content = new byte[bytes];
        new Random(bytes).nextBytes(content);
        given.writeBytes(content);
        ByteBuf piece = Unpooled.copiedBuffer(content);
        kept.add(piece);
        return piece;
    }

    private byte[] sent() {
        var exchange = new TakingExchange();
        kept.send(exchange, true);
        assertThat(exchange.ended).isTrue();
        return exchange.bytes.toByteArray();
    }

    @Test
    void aSmallBodyHoldsNothingOfWhatItWasReadInto() {
        kept.start();
        ByteBuf piece = add(100);
        assertThat(piece.refCnt()).isEqualTo(1);
        piece.setZero(0, 100).release();
        assertThat(sent()).isEqualTo(given.toByteArray());
        assertThat(sent()).isEqualTo(given.toByteArray());
        assertThat(kept.complete()).isTrue();
    }

    @Test
    void whatIsCopiedComesBeforeWhatIsNot() {
        kept.start();
        ByteBuf large = Unpooled.EMPTY_BUFFER;
        for (int bytes : new int[] {1, 0, 300, 700, 500, 3, 0, 20_000, 7}) {
            ByteBuf piece = add(bytes);
            if (bytes == 20_000) {
                large = piece;
            }
            piece.release();
        }
        assertThat(sent()).isEqualTo(given.toByteArray());
        assertThat(large.refCnt()).isEqualTo(1);
        kept.drop();
        assertThat(large.refCnt()).isZero();
    }

    @Test
    void nothingIsLeftOfTheBodyBefore() {
        kept.start();
        add(900).release();
        add(900).release();
        kept.start();
        given.reset();
        add(10).release();
        assertThat(sent()).isEqualTo(given.toByteArray());
    }

    @Test
    void aBodyBeyondTheBoundIsNotKept() {
        kept.start();
        ByteBuf first = add(60_000);
        ByteBuf second = add(6_000);
        assertThat(kept.complete()).isFalse();
        assertThat(first.refCnt()).isEqualTo(1);
        assertThat(second.refCnt()).isEqualTo(1);
        first.release();
        second.release();
    }

    @Test
    void aBodyOfManyPiecesIsNotKept() {
        kept.start();
        for (int i = 0; i < 1_024 + 64; i++) {
            assertThat(kept.complete()).isTrue();
            add(1).release();
        }
        add(1).release();
        assertThat(kept.complete()).isFalse();
    }

    private static final class TakingExchange implements UpstreamExchange {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean ended;

        @Override
        public void body(ByteBuf piece, boolean last) {
            assertThat(last).isFalse();
            byte[] content = new byte[piece.readableBytes()];
            piece.readBytes(content).release();
            bytes.writeBytes(content);
        }

        @Override
        public void end(@Nullable Fields trailers) {
            ended = true;
        }

        @Override
        public void start(Cluster cluster, Endpoint endpoint) {
            throw new AssertionError();
        }

        @Override
        public @Nullable SocketChannel socket() {
            throw new AssertionError();
        }

        @Override
        public boolean connecting() {
            throw new AssertionError();
        }

        @Override
        public boolean takesChunks() {
            throw new AssertionError();
        }

        @Override
        public boolean mayRefuse() {
            throw new AssertionError();
        }

        @Override
        public void head(RequestHead head, BodyForm form, boolean last, boolean mayComeAgain) {
            throw new AssertionError();
        }

        @Override
        public boolean writable() {
            throw new AssertionError();
        }

        @Override
        public void flush() {
            throw new AssertionError();
        }

        @Override
        public void read(boolean on) {
            throw new AssertionError();
        }

        @Override
        public boolean startAgain(boolean sameVersion) {
            throw new AssertionError();
        }

        @Override
        public void headAgain() {
            throw new AssertionError();
        }

        @Override
        public void forgetRequest() {
            throw new AssertionError();
        }

        @Override
        public boolean abort() {
            throw new AssertionError();
        }

        @Override
        public void beginTunnel() {
            throw new AssertionError();
        }

        @Override
        public boolean detachable() {
            throw new AssertionError();
        }

        @Override
        public DetachedSocket detach() {
            throw new AssertionError();
        }
    }
}
