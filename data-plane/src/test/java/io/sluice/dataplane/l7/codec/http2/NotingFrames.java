package io.sluice.dataplane.l7.codec.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/** Writes down what it is told; pieces of one body are one. */
final class NotingFrames implements FrameHandler {
    private final StringBuilder seen = new StringBuilder();
    private int bodyOf = -1;

    String seen() {
        return seen.toString();
    }

    private void note(String what) {
        bodyOf = -1;
        seen.append('\n').append(what);
    }

    @Override
    public void headers(int streamId, byte[] block, int from, int to, boolean endStream) {
        note("headers " + streamId + " " + ByteBufUtil.hexDump(block, from, to - from) + endStream);
    }

    @Override
    public void data(int streamId, ByteBuf in, int bytes, int flowBytes, boolean endStream) {
        if (bytes > 0) {
            if (bodyOf != streamId) {
                note("data " + streamId + " ");
                bodyOf = streamId;
            }
            seen.append(ByteBufUtil.hexDump(in, in.readerIndex(), bytes));
        }
        if (flowBytes > bytes) {
            seen.append(" padded ").append(flowBytes - bytes);
        }
        if (endStream) {
            seen.append(" end ").append(streamId);
        }
    }

    @Override
    public void reset(int streamId, int errorCode) {
        note("reset " + streamId + " " + errorCode);
    }

    @Override
    public void settings(byte[] payload, int from, int to) {
        note("settings " + ByteBufUtil.hexDump(payload, from, to - from));
        var _ = new PeerSettings(true).apply(payload, from, to);
    }

    @Override
    public void settingsAcknowledged() {
        note("settings acknowledged");
    }

    @Override
    public void ping(long payload) {
        note("ping " + payload);
    }

    @Override
    public void pingAcknowledged(long payload) {
        note("ping acknowledged " + payload);
    }

    @Override
    public void goAway(int lastStreamId, int errorCode) {
        note("goaway " + lastStreamId + " " + errorCode);
    }

    @Override
    public void windowUpdate(int streamId, int increment) {
        note("window " + streamId + " " + increment);
    }

    @Override
    public void priorityUpdate(int streamId, byte[] value, int from, int to) {
        note("priority " + streamId + " " + Priority.parse(value, from, to));
    }

    @Override
    public void streamError(int streamId, int errorCode) {
        note("error " + streamId + " " + errorCode);
    }
}
