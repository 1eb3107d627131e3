package io.sluice.dataplane.l7.codec.http2;

import io.netty.buffer.ByteBuf;

/**
 * Takes what a {@link FrameReader} read. What is well-formed by itself arrives here; whether it
 * fits the state of its stream is the taker's to decide. Called within {@link FrameReader#read}.
 */
public interface FrameHandler {
    /**
     * A field block, complete. It must pass the connection's {@link HpackDecoder} now, even if its
     * stream is refused or gone.
     *
     * @param block good during the call only
     * @param endStream whether the sender has closed its side of the stream
     */
    void headers(int streamId, byte[] block, int from, int to, boolean endStream);

    /**
     * Part of a body; what one frame holds may come in several calls.
     *
     * @param in holds the content from its reader index on; to be retained or copied if needed
     * @param bytes of content, may be 0
     * @param flowBytes what counts against the windows: content and padding
     * @param endStream whether the sender has closed its side of the stream
     */
    void data(int streamId, ByteBuf in, int bytes, int flowBytes, boolean endStream);

    /** RST_STREAM. */
    void reset(int streamId, int errorCode);

    /** SETTINGS to be applied ({@link PeerSettings#apply}) and acknowledged. */
    void settings(byte[] payload, int from, int to);

    /** The peer has applied the settings sent to it. */
    void settingsAcknowledged();

    /** PING to be acknowledged. */
    void ping(long payload);

    /** The answer to a PING. */
    void pingAcknowledged(long payload);

    /** The peer takes no streams after {@code lastStreamId}. */
    void goAway(int lastStreamId, int errorCode);

    /** The peer takes {@code increment}, at least 1, more bytes; stream 0 is the connection. */
    void windowUpdate(int streamId, int increment);

    /** The priority of a stream, to be read by {@link Priority#parse}. */
    void priorityUpdate(int streamId, byte[] value, int from, int to);

    /** A frame of one stream was bad; the connection can go on. */
    void streamError(int streamId, int errorCode);
}
