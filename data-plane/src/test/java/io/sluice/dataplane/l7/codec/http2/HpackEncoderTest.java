package io.sluice.dataplane.l7.codec.http2;

import static io.sluice.dataplane.l7.codec.http2.HpackTexts.built;
import static io.sluice.dataplane.l7.codec.http2.HpackTexts.decode;
import static io.sluice.dataplane.l7.codec.http2.HpackTexts.request;
import static io.sluice.dataplane.l7.codec.http2.HpackTexts.response;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.message.ResponseHead;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

final class HpackEncoderTest {
    private final HpackEncoder encoder = HpackEncoder.toUpstream();
    private final HpackDecoder decoder = new HpackDecoder();
    private final BlockBuffer out = new BlockBuffer();

    private byte[] encoded(RequestHead head) {
        encoder.request(head, false, out);
        return built(out);
    }

    private byte[] encoded(ResponseHead head) {
        encoder.response(head, out);
        return built(out);
    }

    @Test
    void aRequestIsItsPseudoHeaderFieldsFirst() {
        RequestHead head =
                request("GET", "a.example:8080", "/p?q=1", "Host: a.example:8080", "X-Ab: C d");
        assertThat(decode(decoder, encoded(head)))
                .containsExactly(
                        ":method: GET",
                        ":scheme: http",
                        ":authority: a.example:8080",
                        ":path: /p?q=1",
                        "x-ab: C d");
        encoder.request(request("PURGE", "a", "/"), true, out);
        assertThat(decode(decoder, built(out)))
                .containsExactly(":method: PURGE", ":scheme: https", ":authority: a", ":path: /");
    }

    @Test
    void anAsteriskAndARewrittenPathAreSentAsTheyAre() {
        RequestHead asterisk = request("OPTIONS", "a", "/");
        asterisk.asterisk(true);
        assertThat(decode(decoder, encoded(asterisk))).contains(":path: *");
        RequestHead rewritten = request("GET", "a", "/old/x?q=1");
        rewritten.replacePathPrefix(4, Ascii.bytes("/new"));
        assertThat(decode(decoder, encoded(rewritten))).contains(":path: /new/x?q=1");
        RequestHead noQuery = request("GET", "a", "/old/x");
        noQuery.replacePathPrefix(4, Ascii.bytes("/n"));
        assertThat(decode(decoder, encoded(noQuery))).contains(":path: /n/x");
    }

    @Test
    void aWebSocketRequestIsAnExtendedConnect() {
        RequestHead head = request("GET", "a", "/chat", "Host: a", "Sec-WebSocket-Key: k", "X: y");
        head.webSocket(true);
        assertThat(decode(decoder, encoded(head)))
                .containsExactly(
                        ":method: CONNECT",
                        ":scheme: http",
                        ":authority: a",
                        ":path: /chat",
                        ":protocol: websocket",
                        "x: y");
    }

    @Test
    void fieldsOfTheConnectionAreLeftOut() {
        RequestHead head =
                request(
                        "GET",
                        "a",
                        "/",
                        "Connection: x",
                        "Keep-Alive: 1",
                        "Transfer-Encoding: chunked",
                        "Upgrade: y",
                        "Proxy-Connection: z",
                        "TE: deflate",
                        "A: b");
        head.fields().removeAt(head.fields().size() - 1);
        head.acceptsTrailers(true);
        assertThat(decode(decoder, encoded(head)))
                .containsExactly(
                        ":method: GET",
                        ":scheme: http",
                        ":authority: a",
                        ":path: /",
                        "te: trailers");
    }

    @Test
    void everyStatusComesBack() {
        for (int status = 100; status < 600; status++) {
            assertThat(decode(decoder, encoded(response(status))))
                    .containsExactly(":status: " + status);
        }
    }

    @Test
    void whatRepeatsIsSentByReference() {
        String agent = "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101";
        RequestHead head = request("GET", "a.example", "/", agent, "Accept: text/html");
        head.acceptsTrailers(true);
        assertThat(encoded(head)).hasSizeGreaterThan(60);
        // method, scheme, authority, path, two fields, te
        byte[] again = encoded(head);
        assertThat(again).hasSize(7);
    }

    @Test
    void secretsAreNeverIndexedAndUnknownFieldsNotAdded() {
        String[] fields = {
            "Authorization: Basic abc", "Cookie: a=b; c=d", "X-Api-Key: k", "X-Other: v"
        };
        byte[] block = encoded(request("GET", "a", "/?token=t", fields));
        assertThat(decode(decoder, block))
                .contains(
                        "authorization: Basic abc (never indexed)",
                        "cookie: a=b; c=d (never indexed)",
                        "x-api-key: k (never indexed)",
                        "x-other: v");
        assertThat(encoded(request("GET", "a", "/?token=t", fields))).hasSizeGreaterThan(45);
        byte[] reply = encoded(response(200, "Set-Cookie: s=1"));
        assertThat(decode(decoder, reply)).contains("set-cookie: s=1 (never indexed)");
    }

    @Test
    void whatMayNeverBeIndexedStaysSo() {
        RequestHead head = request("GET", "a", "/");
        Fields fields = head.fields();
        byte[] line = Ascii.bytes("accept: x\r\n");
        int at = fields.append(line, 0, line.length);
        fields.addReceived(at, at + 6, at + 8, at + 9, at + 11, 0, true);
        assertThat(decode(decoder, encoded(head))).contains("accept: x (never indexed)");
        assertThat(decode(decoder, encoded(head))).contains("accept: x (never indexed)");
    }

    @Test
    void stringsAreCodedTowardsClientsAlone() {
        HpackEncoder toClient = HpackEncoder.toClient();
        for (int length = 0; length < 300; length++) {
            String value = "a".repeat(length);
            toClient.response(response(200, "X-Own: " + value), out);
            byte[] coded = built(out);
            assertThat(decode(decoder, coded)).containsExactly(":status: 200", "x-own: " + value);
            byte[] plain = encoded(response(200, "X-Own: " + value));
            assertThat(decode(decoder, plain)).containsExactly(":status: 200", "x-own: " + value);
            // Codes of 5 bits, and a length in up to two bytes.
            assertThat(plain.length - coded.length)
                    .isBetween(length * 3 / 8 - 1, length * 3 / 8 + 1);
        }
        toClient.response(response(200, "X-Own: \u00ff\u00fe"), out);
        assertThat(decode(decoder, built(out))).contains("x-own: \u00ff\u00fe");
    }

    @Test
    void knownNamesAreSentWhateverTheirCase() {
        for (String name : List.of("X-Request-Id", "x-forwarded-for", "Grpc-Timeout", "Vary")) {
            assertThat(decode(decoder, encoded(response(200, name + ": v"))))
                    .containsExactly(":status: 200", name.toLowerCase(Locale.ROOT) + ": v");
        }
    }

    @Test
    void theTableFollowsThePeersSettings() {
        RequestHead head = request("GET", "a.example", "/", "Accept: x", "Server: y");
        decode(decoder, encoded(head));
        encoder.peerTableBytesMax(0);
        encoder.peerTableBytesMax(100);
        encoder.peerTableBytesMax(1 << 20);
        byte[] block = encoded(head);
        // 0 in between, then the whole 4096 again
        assertThat(block).startsWith(0x20, 0x3f, 0xe1, 0x1f);
        assertThat(decode(decoder, block)).contains("accept: x", "server: y");
        encoder.peerTableBytesMax(0);
        assertThat(decode(decoder, encoded(head))).contains("accept: x", "server: y");
        byte[] without = encoded(head);
        assertThat(decode(new HpackDecoder(0), without)).contains("accept: x", "server: y");
    }

    @Test
    void bothEndsOfATableAgreeWhateverIsSent() {
        for (int seed = 0; seed < 40; seed++) {
            var random = new Random(seed);
            var sender = seed % 2 == 0 ? HpackEncoder.toUpstream() : HpackEncoder.toClient();
            var receiver = new HpackDecoder();
            var netty = new DefaultHttp2HeadersDecoder(false);
            for (int i = 0; i < 300; i++) {
                if (random.nextInt(40) == 0) {
                    sender.peerTableBytesMax(random.nextInt(4097));
                }
                List<String> expected = new ArrayList<>();
                sender.request(randomRequest(random, expected), false, out);
                byte[] block = built(out);
                assertThat(decode(receiver, block)).isEqualTo(expected);
                assertThat(decodedByNetty(netty, block)).isEqualTo(expected);
            }
        }
    }

    private static RequestHead randomRequest(Random random, List<String> expected) {
        String[] names = {"Accept", "user-agent", "Vary", "X-Own", "Content-Type", "Via", "Age"};
        String authority = "host-" + random.nextInt(50);
        String path = "/" + "p~".repeat(random.nextInt(40));
        String[] fields = new String[random.nextInt(names.length)];
        expected.addAll(
                List.of(
                        ":method: GET",
                        ":scheme: http",
                        ":authority: " + authority,
                        ":path: " + path));
        for (int i = 0; i < fields.length; i++) {
            String value = "v" + "ab\u00e9|".repeat(random.nextInt(random.nextInt(200) + 1));
            fields[i] = names[random.nextInt(names.length)] + ": " + value + random.nextInt(3);
            int colon = fields[i].indexOf(':');
            expected.add(
                    fields[i].substring(0, colon).toLowerCase(Locale.ROOT)
                            + fields[i].substring(colon));
        }
        return request("GET", authority, path, fields);
    }

    private static List<String> decodedByNetty(DefaultHttp2HeadersDecoder netty, byte[] block) {
        List<String> lines = new ArrayList<>();
        try {
            for (var field : netty.decodeHeaders(3, Unpooled.wrappedBuffer(block))) {
                lines.add(field.getKey() + ": " + field.getValue());
            }
        } catch (Http2Exception e) {
            throw new AssertionError(e);
        }
        return lines;
    }

    @Test
    void integersAreWrittenAsTheRfcShows() {
        // appendix C.1
        out.clear();
        out.writeInteger(0, 5, 10);
        out.writeInteger(0, 5, 1337);
        out.writeInteger(0, 8, 42);
        assertThat(built(out)).containsExactly(0x0a, 0x1f, 0x9a, 0x0a, 0x2a);
    }
}
