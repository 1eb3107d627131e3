package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.dataplane.net.ProxyHeaderReader.Outcome;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

class ProxyHeaderTest {
    private static final InetSocketAddress CLIENT = new InetSocketAddress("192.0.2.7", 4711);
    private static final InetSocketAddress LOCAL = new InetSocketAddress("10.0.0.1", 443);

    private final ProxyHeaderReader reader = new ProxyHeaderReader();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PROXY TCP4 192.0.2.7 10.0.0.1 4711 443 | /192.0.2.7:4711",
                "PROXY TCP6 2001:db8::7 ::1 1 65535 | /[2001:db8:0:0:0:0:0:7]:1",
                "PROXY UNKNOWN | null",
                "PROXY UNKNOWN ffff::1 ffff::2 1 2 and more | null"
            })
    void readsVersion1(String line, String source) {
        ByteBuf bytes = ascii(line + "\r\nrest");
        assertThat(reader.read(bytes)).isEqualTo(Outcome.COMPLETE);
        assertThat(String.valueOf(reader.header().source())).isEqualTo(source);
        assertThat(bytes.toString(StandardCharsets.US_ASCII)).isEqualTo("rest");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY TCP4 192.0.2.7 10.0.0.1 4711\r\n",
                "PROXY TCP4 192.0.2.7 10.0.0.1 4711 443 \r\n",
                "PROXY TCP4 192.0.2.7 10.0.0.1 04711 443\r\n",
                "PROXY TCP4 192.0.2.7 10.0.0.1 4711 65536\r\n",
                "PROXY TCP4 192.0.2.256 10.0.0.1 4711 443\r\n",
                "PROXY TCP4 ::1 ::2 4711 443\r\n",
                "PROXY TCP5 192.0.2.7 10.0.0.1 4711 443\r\n",
                "PROXY TCP4 192.0.2.7 10.0.0.1 4711 443\n",
                "PROXY  TCP4 192.0.2.7 10.0.0.1 4711 443\r\n",
                "PROXY \r\n"
            })
    void refusesWhatIsAlmostVersion1(String line) {
        assertThat(reader.read(ascii(line))).isEqualTo(Outcome.BAD);
    }

    @Test
    void boundsVersion1() {
        assertThat(reader.read(ascii("PROXY TCP4 " + "1".repeat(95))))
                .isEqualTo(Outcome.INCOMPLETE);
        assertThat(reader.read(ascii("PROXY TCP4 " + "1".repeat(96)))).isEqualTo(Outcome.BAD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n", "PROXYTCP4", "proxy TCP4", "\r\n\r\nX", "\u0016"})
    void tellsOtherThingsFromAHeader(String text) {
        assertThat(reader.read(ascii(text))).isEqualTo(Outcome.NONE);
    }

    @Test
    void readsWhatIsWrittenByteByByte() {
        var arrival =
                new Arrival(
                        null,
                        true,
                        "h2",
                        "shop.example",
                        List.of(),
                        false,
                        new ProxyTlvs(tlv(0xe0, "own")));
        for (InetSocketAddress client :
                new InetSocketAddress[] {CLIENT, new InetSocketAddress("2001:db8::7", 9)}) {
            ByteBuf whole = Unpooled.buffer();
            ProxyHeaderWriter.version2(
                    whole, new ProxyHeaderWriter.Party(client, LOCAL, arrival, 0xabcL));
            int length = whole.readableBytes();
            whole.writeByte('!');
            for (int i = 0; i < length; i++) {
                assertThat(reader.read(whole.slice(0, i))).isEqualTo(Outcome.INCOMPLETE);
            }
            assertThat(reader.read(whole)).isEqualTo(Outcome.COMPLETE);
            assertThat(whole.toString(StandardCharsets.US_ASCII)).isEqualTo("!");
            assertThat(reader.header().source()).isEqualTo(client);
            String tlvs = new String(reader.header().tlvs().bytes(), StandardCharsets.ISO_8859_1);
            assertThat(tlvs)
                    .contains("\u00e0\0\3own", "\1\0\2h2", "\2\0\14shop.example")
                    .contains("\5\0\0200000000000000abc");
        }
    }

    @Test
    void readsWholeDatagramsOnly() {
        for (InetSocketAddress client :
                new InetSocketAddress[] {CLIENT, new InetSocketAddress("2001:db8::7", 9)}) {
            ByteBuf whole = Unpooled.buffer();
            ProxyHeaderWriter.datagram(
                    whole, new ProxyHeaderWriter.Party(client, LOCAL, Arrival.PLAIN, 1));
            int length = whole.readableBytes();
            // Families of datagrams, as haproxy.org's text has them.
            assertThat(whole.getByte(13)).isEqualTo((byte) (client.equals(CLIENT) ? 0x12 : 0x22));
            assertThat(length).isEqualTo(client.equals(CLIENT) ? 54 : 78);
            whole.writeByte('!');
            for (int i = 0; i < length; i++) {
                assertThat(reader.readDatagram(whole.slice(0, i)))
                        .isEqualTo(i < 12 ? Outcome.NONE : Outcome.BAD);
            }
            // A connection cannot be one of datagrams.
            assertThat(reader.read(whole)).isEqualTo(Outcome.BAD);
            assertThat(reader.readDatagram(whole)).isEqualTo(Outcome.COMPLETE);
            assertThat(whole.toString(StandardCharsets.US_ASCII)).isEqualTo("!");
            assertThat(reader.header().source()).isEqualTo(client);
        }
        assertThat(reader.readDatagram(ascii("PROXY TCP4 192.0.2.7 10.0.0.1 4711 443\r\nx")))
                .isEqualTo(Outcome.NONE);
        // What came by TCP may go on by UDP; LOCAL tells nobody; others are bad.
        assertThat(reader.readDatagram(version2(0x21, 0x11, new byte[12])))
                .isEqualTo(Outcome.COMPLETE);
        assertThat(reader.readDatagram(version2(0x20, 0x00, new byte[3])))
                .isEqualTo(Outcome.COMPLETE);
        assertThat(reader.header().source()).isNull();
        assertThat(reader.readDatagram(version2(0x21, 0x02, new byte[12]))).isEqualTo(Outcome.BAD);
        assertThat(reader.readDatagram(version2(0x21, 0x13, new byte[12]))).isEqualTo(Outcome.BAD);
    }

    @Test
    void keepsTheVectorsThatCameButChecksum() {
        byte[] came =
                concat(tlv(2, "other.example"), tlv(5, "their-id"), tlv(4, "xx"), tlv(3, "abcd"));
        ByteBuf bytes = Unpooled.buffer();
        ProxyHeaderWriter.version2(
                bytes,
                new ProxyHeaderWriter.Party(
                        CLIENT,
                        LOCAL,
                        new Arrival(null, false, "", "", List.of(), false, new ProxyTlvs(came)),
                        1));
        assertThat(reader.read(bytes)).isEqualTo(Outcome.COMPLETE);
        String tlvs = new String(reader.header().tlvs().bytes(), StandardCharsets.ISO_8859_1);
        assertThat(tlvs)
                .startsWith("\2\0\15other.example\5\0\10their-id\3\0\4")
                .hasSize(16 + 11 + 7);
    }

    @Test
    void refusesAWrongChecksumAndVectorsThatDoNotFit() {
        ByteBuf bytes = Unpooled.buffer();
        ProxyHeaderWriter.version2(
                bytes, new ProxyHeaderWriter.Party(CLIENT, LOCAL, Arrival.PLAIN, 1));
        int last = bytes.writerIndex() - 1;
        bytes.setByte(last, bytes.getByte(last) ^ 1);
        assertThat(reader.read(bytes)).isEqualTo(Outcome.BAD);
        assertThat(reader.read(version2(0x21, 0x11, concat(new byte[12], new byte[] {1, 0}))))
                .isEqualTo(Outcome.BAD);
        assertThat(reader.read(version2(0x21, 0x11, concat(new byte[12], new byte[] {1, 0, 1}))))
                .isEqualTo(Outcome.BAD);
    }

    @Test
    void defersToTheSocketWhereTheHeaderTellsNobody() {
        // LOCAL with anything behind it; UNSPEC; UNIX.
        for (ByteBuf bytes :
                new ByteBuf[] {
                    version2(0x20, 0x77, new byte[100]),
                    version2(0x21, 0x00, new byte[0]),
                    version2(0x21, 0x31, new byte[216])
                }) {
            assertThat(reader.read(bytes)).isEqualTo(Outcome.COMPLETE);
            assertThat(reader.header().source()).isNull();
            assertThat(bytes.isReadable()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "34, 17, 12",
        "17, 17, 12",
        "33, 18, 12",
        "33, 17, 11",
        "33, 33, 35",
        "33, 49, 215"
    })
    void refusesVersion2OfOtherCommandsAndFamilies(int command, int family, int length) {
        assertThat(reader.read(version2(command, family, new byte[length]))).isEqualTo(Outcome.BAD);
    }

    @Test
    void boundsVersion2() {
        ByteBuf bytes = version2(0x21, 0x11, new byte[12]);
        bytes.setShort(14, ProxyHeaderReader.LENGTH_MAX + 1);
        assertThat(reader.read(bytes)).isEqualTo(Outcome.BAD);
    }

    @Test
    void tellsTheUpstreamThatAConnectionIsTheNodesOwn() {
        ByteBuf bytes = Unpooled.buffer();
        ProxyHeaderWriter.version1(bytes, null);
        assertThat(bytes.toString(StandardCharsets.US_ASCII)).isEqualTo("PROXY UNKNOWN\r\n");
        bytes.clear();
        ProxyHeaderWriter.version2(bytes, null);
        assertThat(reader.read(bytes)).isEqualTo(Outcome.COMPLETE);
        assertThat(reader.header().source()).isNull();
        bytes.clear();
        ProxyHeaderWriter.version1(
                bytes, new ProxyHeaderWriter.Party(CLIENT, LOCAL, Arrival.PLAIN, 1));
        assertThat(bytes.toString(StandardCharsets.US_ASCII))
                .isEqualTo("PROXY TCP4 192.0.2.7 10.0.0.1 4711 443\r\n");
    }

    /** Changed, cut and random headers: never an exception, never a byte taken but by a header. */
    @Test
    void survivesGarbage() {
        Random random = new Random(11);
        ByteBuf good = Unpooled.buffer();
        ProxyHeaderWriter.version2(
                good,
                new ProxyHeaderWriter.Party(
                        CLIENT, LOCAL, new Arrival(null, true, "h2", "a.example"), 1));
        byte[] line =
                "PROXY TCP4 192.0.2.7 10.0.0.1 4711 443\r\n".getBytes(StandardCharsets.US_ASCII);
        Set<Outcome> outcomes = EnumSet.noneOf(Outcome.class);
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = new byte[i % 2 == 0 ? good.readableBytes() : line.length];
            if (i % 2 == 0) {
                good.getBytes(0, bytes);
            } else {
                System.arraycopy(line, 0, bytes, 0, line.length);
            }
            for (int change = random.nextInt(4); change > 0; change--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            ByteBuf cut = Unpooled.wrappedBuffer(bytes, 0, random.nextInt(bytes.length + 1));
            int before = cut.readableBytes();
            Outcome outcome = reader.read(cut);
            outcomes.add(outcome);
            assertThat(cut.readableBytes() < before).isEqualTo(outcome == Outcome.COMPLETE);
        }
        assertThat(outcomes).containsExactlyInAnyOrder(Outcome.values());
    }

    private static ByteBuf version2(int command, int family, byte[] body) {
        return Unpooled.buffer()
                .writeBytes("\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.US_ASCII))
                .writeByte(command)
                .writeByte(family)
                .writeShort(body.length)
                .writeBytes(body);
    }

    private static byte[] tlv(int type, String value) {
        byte[] text = value.getBytes(StandardCharsets.US_ASCII);
        return concat(new byte[] {(byte) type, 0, (byte) text.length}, text);
    }

    private static byte[] concat(byte[]... parts) {
        ByteBuf all = Unpooled.buffer();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        byte[] bytes = new byte[all.readableBytes()];
        all.readBytes(bytes);
        return bytes;
    }

    private static ByteBuf ascii(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }
}
