package io.sluice.dataplane.l7.codec.http2;

import static io.sluice.dataplane.l7.codec.http2.HpackTexts.bytes;
import static io.sluice.dataplane.l7.codec.http2.HpackTexts.decode;
import static io.sluice.dataplane.l7.codec.http2.HpackTexts.decodeTrailers;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.sluice.dataplane.l7.codec.HeadLimits;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

final class HpackDecoderTest {
    private final HpackDecoder decoder = new HpackDecoder();

    @Test
    void decodesTheRequestsOfTheRfcWithoutHuffman() {
        assertThat(decode(decoder, bytes("828684410f7777772e6578616d706c652e636f6d")))
                .containsExactly(
                        ":method: GET", ":scheme: http", ":authority: www.example.com", ":path: /");
        assertThat(decode(decoder, bytes("828684be58086e6f2d6361636865")))
                .containsExactly(
                        ":method: GET",
                        ":scheme: http",
                        ":authority: www.example.com",
                        ":path: /",
                        "cache-control: no-cache");
        assertThat(
                        decode(
                                decoder,
                                bytes(
                                        "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565")))
                .containsExactly(
                        ":method: GET",
                        ":scheme: https",
                        ":authority: www.example.com",
                        ":path: /index.html",
                        "custom-key: custom-value");
    }

    @Test
    void decodesTheRequestsOfTheRfcWithHuffman() {
        assertThat(decode(decoder, bytes("828684418cf1e3c2e5f23a6ba0ab90f4ff")))
                .contains(":authority: www.example.com");
        assertThat(decode(decoder, bytes("828684be5886a8eb10649cbf")))
                .contains(":authority: www.example.com", "cache-control: no-cache");
        assertThat(decode(decoder, bytes("828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf")))
                .contains(":authority: www.example.com", "custom-key: custom-value");
    }

    /** Appendix C.5 and C.6, with a table of 256 bytes so that entries are evicted. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void decodesTheResponsesOfTheRfc(boolean huffman) {
        var small = new HpackDecoder(256);
        assertThat(decode(small, bytes(huffman ? C_6_1 : C_5_1)))
                .containsExactly(
                        ":status: 302",
                        "cache-control: private",
                        "date: Mon, 21 Oct 2013 20:13:21 GMT",
                        "location: https://www.example.com");
        assertThat(decode(small, bytes(huffman ? "4883640effc1c0bf" : "4803333037c1c0bf")))
                .containsExactly(
                        ":status: 307",
                        "cache-control: private",
                        "date: Mon, 21 Oct 2013 20:13:21 GMT",
                        "location: https://www.example.com");
        assertThat(decode(small, bytes(huffman ? C_6_3 : C_5_3)))
                .containsExactly(
                        ":status: 200",
                        "cache-control: private",
                        "date: Mon, 21 Oct 2013 20:13:22 GMT",
                        "location: https://www.example.com",
                        "content-encoding: gzip",
                        "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1");
    }

    private static final String C_5_1 =
            "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a3231"
                    + "20474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d";
    private static final String C_5_3 =
            "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a6970"
                    + "7738666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d6178"
                    + "2d6167653d333630303b2076657273696f6e3d31";
    private static final String C_6_1 =
            "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad17"
                    + "1863c78f0b97c8e9ae82ae43d3";
    private static final String C_6_3 =
            "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6"
                + "c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007";

    @Test
    void marksWhatMayNeverBeIndexed() {
        // appendix C.2.3
        assertThat(decode(decoder, bytes("100870617373776f726406736563726574")))
                .containsExactly("password: secret (never indexed)");
        // appendix C.2.2: not indexed, but no secret
        assertThat(decode(decoder, bytes("040c2f73616d706c652f70617468")))
                .containsExactly(":path: /sample/path");
        assertThat(decode(decoder, bytes("be"))).containsExactly("COMPRESSION_ERROR");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // index 0, and behind the tables
                "80",
                "be",
                "ff80808001",
                "7f00",
                // integers too long or cut
                "ffffffffffff7f",
                "ff",
                "ff80",
                "7f",
                // strings cut, absent, or longer than the block
                "40",
                "4003",
                "400361",
                "40016100016140",
                "0003616263",
                "007fffffff7f",
                // Huffman: padding, end of string
                "008118",
                "0084ffffffff0100",
                // a size update above the bound, and one behind a field
                "3fe21f",
                "8220",
                "3fffffffffffff7f"
            })
    void refusesWhatBreaksTheCoding(String hex) {
        assertThat(decode(decoder, bytes(hex))).containsExactly("COMPRESSION_ERROR");
    }

    @Test
    void takesSizeUpdatesAtTheStart() {
        decode(decoder, bytes("400161016240016301643fe11f"));
        // two of them, the first of which empties the table
        assertThat(decode(decoder, bytes("400161016240016301 64"))).containsExactly("a: b", "c: d");
        assertThat(decode(decoder, bytes("bebf"))).containsExactly("c: d", "a: b");
        assertThat(decode(decoder, bytes("203fe11f82"))).containsExactly(":method: GET");
        assertThat(decode(decoder, bytes("be"))).containsExactly("COMPRESSION_ERROR");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // upper case, space, colon, NUL, nothing
                "0001410162",
                "000320612001 62",
                "0003613a620162",
                "0001000162",
                "00000162",
                // CR, LF, NUL, DEL within a value; space and tab around it
                "00016103620d63",
                "000161036 20a63",
                "000161010 0",
                "0001610 17f",
                "0001610220 62",
                "00016102 6209",
                // an unknown pseudo-header field, one twice, one behind a field
                "00023a780162",
                "8282",
                "000161016282",
                // names by reference, bad values
                "0401 0d"
            })
    void marksMalformedFields(String hex) {
        assertThat(decode(decoder, bytes(hex))).contains("MALFORMED");
        // the coding itself is intact
        assertThat(decode(decoder, bytes("82"))).containsExactly(":method: GET");
    }

    @Test
    void remembersThatAnEntryIsMalformed() {
        assertThat(decode(decoder, bytes("4001410162"))).contains("MALFORMED");
        assertThat(decode(decoder, bytes("be"))).contains("MALFORMED");
        // the name is good, only the value was not
        assertThat(decode(decoder, bytes("400161010d"))).contains("MALFORMED");
        assertThat(decode(decoder, bytes("7e0162"))).containsExactly("a: b");
    }

    @Test
    void stopsKeepingAtTheLimitsButFollowsTheCoding() {
        var large = "x".repeat(2000);
        var headers = new DefaultHttp2Headers();
        headers.add("large", large);
        var encoder = new DefaultHttp2HeadersEncoder();
        assertThat(decode(decoder, encode(encoder, headers))).containsExactly("large: " + large);
        byte[] many = new byte[100_000];
        Arrays.fill(many, (byte) 0xbe);
        List<String> bomb = decode(decoder, many);
        assertThat(bomb.getFirst()).isEqualTo("TOO_LARGE");
        assertThat(bomb).hasSizeLessThan(40);
        assertThat(decode(decoder, bytes("be"))).containsExactly("large: " + large);
    }

    @Test
    void agreesWithNettysEncoder() {
        for (int seed = 0; seed < 60; seed++) {
            var random = new Random(seed);
            var encoder =
                    new DefaultHttp2HeadersEncoder(
                            (name, value) -> name.length() % 5 == 4, seed % 2 == 0);
            var ours = new HpackDecoder();
            for (int block = 0; block < 40; block++) {
                List<String> expected = new ArrayList<>();
                Http2Headers headers = randomFields(random, expected);
                List<String> decoded = decode(ours, encode(encoder, headers));
                decoded.replaceAll(line -> line.replace(" (never indexed)", ""));
                // Netty sends fields of one name together.
                Collections.sort(expected);
                Collections.sort(decoded);
                assertThat(decoded).isEqualTo(expected);
            }
        }
    }

    /** Each block some times in a row, against a decoder that is sent another one between. */
    @Test
    void blocksThatComeAgainMeanWhatTheyWouldAfterOthers() {
        for (int seed = 0; seed < 60; seed++) {
            var random = new Random(seed);
            var encoder =
                    new DefaultHttp2HeadersEncoder((name, value) -> name.length() % 3 == 0, false);
            var ours = new HpackDecoder();
            var distracted = new HpackDecoder();
            for (int i = 0; i < 20; i++) {
                byte[] block = encode(encoder, randomFields(random, new ArrayList<>()));
                for (int times = random.nextInt(5); times >= 0; times--) {
                    assertThat(decode(ours, block)).isEqualTo(decode(distracted, block));
                    decode(distracted, bytes("82"));
                }
            }
        }
    }

    /** A request of which only references are left. */
    private static final byte[] AGAIN = bytes("828684be");

    private static final List<String> HOST_B =
            List.of(":method: GET", ":scheme: http", ":authority: b", ":path: /");

    @Test
    void aBlockThatComesAgainFollowsTheTable() {
        decode(decoder, bytes("828684410161"));
        String a = decode(decoder, AGAIN).toString();
        assertThat(decode(decoder, AGAIN)).hasToString(a);
        assertThat(decode(decoder, AGAIN)).hasToString(a).contains(":authority: a");
        // another entry is the first one now
        decode(decoder, bytes("410162"));
        assertThat(decode(decoder, AGAIN)).isEqualTo(HOST_B);
        assertThat(decode(decoder, AGAIN)).isEqualTo(HOST_B);
        assertThat(decode(decoder, AGAIN)).isEqualTo(HOST_B);
        // and now there is none
        decode(decoder, bytes("2082"));
        assertThat(decode(decoder, AGAIN)).containsExactly("COMPRESSION_ERROR");
    }

    /** As nginx does, which adds what it sends to the table but never refers to it. */
    @Test
    void aBlockThatComesAgainAddsWhatItAdded() {
        for (int i = 0; i < 4; i++) {
            assertThat(decode(decoder, bytes("8840016101624001630164")))
                    .containsExactly(":status: 200", "a: b", "c: d");
        }
        assertThat(decode(decoder, bytes("bebfc0c1c2c3c4c5")))
                .containsExactly("c: d", "a: b", "c: d", "a: b", "c: d", "a: b", "c: d", "a: b");
        assertThat(decode(decoder, bytes("c6"))).containsExactly("COMPRESSION_ERROR");
    }

    /** As of gRPC: of both kinds the same ones come again and again. */
    @Test
    void trailersThatComeAgainMeanTheSameBetweenHeads() {
        byte[] head = bytes("88400161016240016301 64");
        byte[] trailers = bytes("40016501 66");
        List<String> entries = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            assertThat(decode(decoder, head)).containsExactly(":status: 200", "a: b", "c: d");
            assertThat(decodeTrailers(decoder, trailers)).containsExactly("e: f");
            entries.addAll(List.of("e: f", "c: d", "a: b"));
        }
        byte[] all = new byte[entries.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) (0xbe + i);
        }
        assertThat(decode(decoder, all)).isEqualTo(entries);
    }

    @Test
    void anAuthorityThatIsAddedAgainIsOne() {
        for (int i = 0; i < 4; i++) {
            assertThat(decode(decoder, bytes("828684410162"))).isEqualTo(HOST_B);
        }
        for (String entry : List.of("be", "bf", "c0", "c1")) {
            assertThat(decode(decoder, bytes("828684" + entry))).isEqualTo(HOST_B);
        }
    }

    @Test
    void aBlockThatComesAgainKeepsToLimitsOfItsOwn() {
        byte[] fourFields = bytes("828684418cf1e3c2e5f23a6ba0ab90f4ff");
        decode(decoder, fourFields);
        for (int i = 0; i < 3; i++) {
            assertThat(decode(decoder, AGAIN)).contains(":authority: www.example.com");
        }
        FieldBlock block = HpackTexts.begun(new HeadLimits(1000, 3));
        assertThat(decoder.decode(AGAIN, 0, AGAIN.length, block)).isTrue();
        assertThat(block.tooLarge()).isTrue();
        assertThat(decode(decoder, AGAIN)).contains(":authority: www.example.com");
    }

    private static Http2Headers randomFields(Random random, List<String> expected) {
        var headers = new DefaultHttp2Headers();
        headers.method("GET");
        expected.add(":method: GET");
        for (int i = random.nextInt(12); i > 0; i--) {
            String name = "name-" + "n".repeat(random.nextInt(4)) + random.nextInt(5);
            String value = "v" + "~x%".repeat(random.nextInt(90)) + random.nextInt(3);
            headers.add(name, value);
            expected.add(name + ": " + value);
        }
        return headers;
    }

    static byte[] encode(Http2HeadersEncoder encoder, Http2Headers headers) {
        ByteBuf out = Unpooled.buffer();
        try {
            encoder.encodeHeaders(3, headers, out);
        } catch (Http2Exception e) {
            throw new AssertionError(e);
        }
        return ByteBufUtil.getBytes(out);
    }

    @Test
    void livesWithAnyBytes() {
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            byte[] block = new byte[1 + random.nextInt(60)];
            random.nextBytes(block);
            // Whatever comes of it, a decoder that goes on still decodes.
            var hit = new HpackDecoder();
            if (!decode(hit, block).contains("COMPRESSION_ERROR")) {
                assertThat(decode(hit, bytes("82"))).containsExactly(":method: GET");
            }
        }
    }
}
