package io.sluice.dataplane.l7.codec.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

final class FrameWriterTest {
    private final ByteBuf out = Unpooled.buffer();
    private final List<String> seen = new ArrayList<>();

    /** What Netty's reader makes of what was written. */
    private List<String> readByNetty() throws Http2Exception {
        var context = new Context();
        var channel = new EmbeddedChannel(context);
        var reader = new DefaultHttp2FrameReader(false);
        while (out.isReadable()) {
            reader.readFrame(context.context(), out, listener());
        }
        channel.finishAndReleaseAll();
        return seen;
    }

    private static final class Context extends ChannelInboundHandlerAdapter {
        private final List<ChannelHandlerContext> added = new ArrayList<>();

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            added.add(ctx);
        }

        ChannelHandlerContext context() {
            return added.getFirst();
        }
    }

    private Http2FrameListener listener() {
        return new Http2FrameAdapter() {
            @Override
            public int onDataRead(
                    ChannelHandlerContext ctx, int id, ByteBuf data, int padding, boolean end) {
                seen.add("data " + id + " " + ByteBufUtil.hexDump(data) + " " + end);
                return data.readableBytes();
            }

            @Override
            public void onHeadersRead(
                    ChannelHandlerContext ctx, int id, Http2Headers headers, int pad, boolean end) {
                seen.add("headers " + id + " " + headers.size() + " " + end);
            }

            @Override
            public void onRstStreamRead(ChannelHandlerContext ctx, int id, long code) {
                seen.add("reset " + id + " " + code);
            }

            @Override
            public void onSettingsAckRead(ChannelHandlerContext ctx) {
                seen.add("settings ack");
            }

            @Override
            public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) {
                seen.add("settings " + settings);
            }

            @Override
            public void onPingRead(ChannelHandlerContext ctx, long data) {
                seen.add("ping " + data);
            }

            @Override
            public void onPingAckRead(ChannelHandlerContext ctx, long data) {
                seen.add("ping ack " + data);
            }

            @Override
            public void onGoAwayRead(ChannelHandlerContext ctx, int last, long code, ByteBuf text) {
                seen.add("goaway " + last + " " + code);
            }

            @Override
            public void onWindowUpdateRead(ChannelHandlerContext ctx, int id, int increment) {
                seen.add("window " + id + " " + increment);
            }
        };
    }

    @Test
    void nettyReadsEveryFrame() throws Http2Exception {
        FrameWriter.settings(out, 2);
        FrameWriter.setting(out, PeerSettings.MAX_CONCURRENT_STREAMS, 128);
        FrameWriter.setting(out, PeerSettings.INITIAL_WINDOW_SIZE, 1 << 20);
        FrameWriter.settingsAcknowledgement(out);
        FrameWriter.dataHead(out, 0x7fff_fff1, 2, true);
        out.writeShort(0x6162);
        FrameWriter.reset(out, 5, ErrorCode.CANCEL);
        FrameWriter.ping(out, 1L << 40);
        FrameWriter.pingAcknowledgement(out, -2);
        FrameWriter.goAway(out, 7, ErrorCode.NO_ERROR);
        FrameWriter.windowUpdate(out, 0, 99);
        assertThat(readByNetty())
                .containsExactly(
                        "settings {MAX_CONCURRENT_STREAMS=128, INITIAL_WINDOW_SIZE=1048576}",
                        "settings ack",
                        "data 2147483633 6162 true",
                        "reset 5 8",
                        "ping 1099511627776",
                        "ping ack -2",
                        "goaway 7 0",
                        "window 0 99");
    }

    @Test
    void aLargeBlockGoesInSeveralFrames() throws Http2Exception {
        var encoder = HpackEncoder.toClient();
        var block = new BlockBuffer();
        String[] fields = new String[40];
        Arrays.setAll(fields, i -> "x-" + i + ": " + "~".repeat(150));
        encoder.response(HpackTexts.response(200, fields), block);
        FrameWriter.headers(out, 1, block, true, 1000);
        assertThat(block.size()).isGreaterThan(6000);
        assertThat(out.readableBytes()).isEqualTo(FrameWriter.headersBytes(block, 1000));
        assertThat(readByNetty()).containsExactly("headers 1 41 true");
    }

    @Test
    void aBlockThatFillsAFrameNeedsNoSecond() throws Http2Exception {
        var block = new BlockBuffer();
        HpackEncoder.toClient().response(HpackTexts.response(200, "a: b"), block);
        FrameWriter.headers(out, 1, block, false, block.size());
        assertThat(out.readableBytes()).isEqualTo(block.size() + FrameWriter.HEAD_BYTES);
        assertThat(readByNetty()).containsExactly("headers 1 2 false");
    }
}
