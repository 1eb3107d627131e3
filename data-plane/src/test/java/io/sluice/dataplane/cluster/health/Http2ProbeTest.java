package io.sluice.dataplane.cluster.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

final class Http2ProbeTest {
    private static final String SETTINGS = "000000040000000000";

    private static @Nullable String judge(String hex) {
        return new Http2Probe().take(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex)));
    }

    @Test
    void asksWhatAnotherDecoderUnderstands() throws Http2Exception {
        ByteBuf request = Http2Probe.request("/" + "h".repeat(300), "a.example:80");
        assertThat(request.readCharSequence(24, StandardCharsets.US_ASCII).toString())
                .isEqualTo("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        request.skipBytes(9);
        assertThat(request.readUnsignedMedium()).isEqualTo(request.readableBytes() - 6);
        assertThat(request.readShort()).isEqualTo((short) 0x0105);
        assertThat(request.readInt()).isEqualTo(1);
        Http2Headers headers = new DefaultHttp2HeadersDecoder().decodeHeaders(1, request);
        assertThat(headers.method()).hasToString("GET");
        assertThat(headers.scheme()).hasToString("http");
        assertThat(headers.authority()).hasToString("a.example:80");
        assertThat(headers.path()).hasToString("/" + "h".repeat(300));
        assertThat(headers.get("user-agent")).hasToString("sluice-health");
        request.release();
    }

    @Test
    void readsEveryStatusHoweverItIsCoded() throws Http2Exception {
        for (int status = 200; status < 600; status++) {
            var headers = new DefaultHttp2Headers().status("" + status);
            headers.add("server", "x");
            ByteBuf block = Unpooled.buffer();
            new DefaultHttp2HeadersEncoder().encodeHeaders(1, headers, block);
            ByteBuf frames = Unpooled.buffer();
            frames.writeMedium(0).writeByte(4).writeByte(0).writeInt(0);
            frames.writeMedium(block.readableBytes()).writeShort(0x0104).writeInt(1);
            frames.writeBytes(block);
            var probe = new Http2Probe();
            @Nullable String judged = null;
            while (judged == null && frames.isReadable()) {
                judged = probe.take(frames.readSlice(1));
            }
            assertThat(judged).isEqualTo(status < 300 ? "" : "status " + status);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "000001010400000001 88, ''",
        "000005010400000001 0803323034, ''",
        "000005010400000001 48 03 353033, status 503",
        // padded, with priority, behind size updates
        "000008012c00000001 01 0000000010 88 00, ''",
        "000005010400000001 20 3fe11f 88, ''",
        "000001010400000001 8d, status 404",
        "000001010400000001 82, not an HTTP answer",
        "000005010400000001 08 03 327834, not an HTTP answer",
        "000000010400000001, not an HTTP answer",
        "000004030000000001 00000007, stream reset",
        "000008070000000000 00000000 00000002, connection refused by GOAWAY",
        "485454502f312e3120343030, answers in HTTP/1.1"
    })
    void judges(String hex, String judged) {
        assertThat(judge(hex.replace(" ", ""))).isEqualTo(judged);
        assertThat(judge(SETTINGS)).isNull();
    }

    @Test
    void waitsBehindInterimAnswers() {
        String interim = "000005010400000001" + "0803313033";
        assertThat(judge(interim)).isNull();
        assertThat(judge(interim + "000001010500000001" + "89")).isEmpty();
    }
}
