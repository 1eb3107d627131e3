package io.sluice.dataplane.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.dataplane.tls.ClientHello.Outcome;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

final class ClientHelloTest {
    private static final int RECORD_HEADER_BYTES = 5;

    private final ClientHello hello = new ClientHello();

    private static byte[] made(String serverName, String... protocols) throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        if (!serverName.isEmpty()) {
            parameters.setServerNames(List.of(new SNIHostName(serverName)));
        }
        parameters.setApplicationProtocols(protocols);
        engine.setSSLParameters(parameters);
        ByteBuffer out = ByteBuffer.allocate(64 * 1024);
        engine.wrap(ByteBuffer.allocate(0), out);
        return Arrays.copyOf(out.array(), out.position());
    }

    /** The same message in records of at most so many bytes. */
    private static byte[] fragmented(byte[] record, int bytesMax) {
        ByteBuf out = Unpooled.buffer();
        for (int at = RECORD_HEADER_BYTES; at < record.length; at += bytesMax) {
            int size = Math.min(bytesMax, record.length - at);
            out.writeByte(22).writeShort(0x0301).writeShort(size).writeBytes(record, at, size);
        }
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    @Test
    void readsNameAndProtocols() throws Exception {
        byte[] bytes = made("Shop.Example", "h2", "http/1.1");
        assertThat(hello.read(Unpooled.wrappedBuffer(bytes))).isEqualTo(Outcome.COMPLETE);
        assertThat(hello.serverName()).isEqualTo("shop.example");
        assertThat(hello.protocols()).containsExactly("h2", "http/1.1");

        assertThat(hello.read(Unpooled.wrappedBuffer(made("")))).isEqualTo(Outcome.COMPLETE);
        assertThat(hello.serverName()).isEmpty();
        assertThat(hello.protocols()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 100, 16_384})
    void putsFragmentsTogetherWhereverTheyEnd(int bytesMax) throws Exception {
        byte[] bytes = fragmented(made("shop.example", "h2"), bytesMax);
        ByteBuf buffer = Unpooled.buffer();
        for (int i = 0; i < bytes.length - 1; i++) {
            buffer.writeByte(bytes[i]);
            assertThat(hello.read(buffer))
                    .as("after %d bytes", i + 1)
                    .isEqualTo(Outcome.INCOMPLETE);
        }
        buffer.writeByte(bytes[bytes.length - 1]);
        assertThat(hello.read(buffer)).isEqualTo(Outcome.COMPLETE);
        assertThat(hello.serverName()).isEqualTo("shop.example");
        assertThat(buffer.readerIndex()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\n",
                "SSH-2.0-client\r\n",
                "\u0016\u0003\u0001\u0000\u0000",
                "\u0016\u0002\u0001\u0000\u0010",
                "\u0015\u0003\u0001\u0000\u0002\u0001\u0000",
                "\u0016\u0003\u0001\u0000\u0004\u0002\u0000\u0000\u0000",
            })
    void refusesWhatIsNoHello(String text) {
        byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        assertThat(hello.read(Unpooled.wrappedBuffer(bytes))).isEqualTo(Outcome.BAD);
    }

    @Test
    void endsWithAHelloThatNeverEnds() {
        // A message of 16 MiB in records of one byte.
        ByteBuf buffer = Unpooled.buffer();
        Outcome outcome = Outcome.INCOMPLETE;
        byte[] message = {1, (byte) 0xff, (byte) 0xff, (byte) 0xff};
        for (int i = 0; outcome == Outcome.INCOMPLETE; i++) {
            buffer.writeByte(22).writeShort(0x0301).writeShort(1);
            buffer.writeByte(i < message.length ? message[i] : 0);
            outcome = hello.read(buffer);
            assertThat(buffer.readableBytes()).isLessThan(2 * ClientHello.BYTES_MAX);
        }
        assertThat(outcome).isEqualTo(Outcome.BAD);

        // One that fits, drip by drip in records that carry next to nothing.
        ByteBuf slow = Unpooled.buffer();
        byte[] small = {1, 0, 0x7f, 0};
        outcome = Outcome.INCOMPLETE;
        for (int i = 0; outcome == Outcome.INCOMPLETE; i++) {
            slow.writeByte(22).writeShort(0x0301).writeShort(1);
            slow.writeByte(i < small.length ? small[i] : 0);
            outcome = hello.read(slow);
        }
        assertThat(outcome).isEqualTo(Outcome.BAD);
        assertThat(slow.readableBytes()).isLessThanOrEqualTo(ClientHello.BYTES_MAX + 6);
    }

    @Test
    void survivesEveryMutation() throws Exception {
        byte[] good = made("shop.example", "h2", "http/1.1");
        Random random = new Random(42);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = good.clone();
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            byte[] cut = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            ByteBuf buffer = Unpooled.wrappedBuffer(cut);
            assertThat(hello.read(buffer)).isIn((Object[]) Outcome.values());
            assertThat(hello.serverName().length()).isLessThanOrEqualTo(253);
            assertThat(buffer.readableBytes()).isEqualTo(cut.length);
        }
    }
}
