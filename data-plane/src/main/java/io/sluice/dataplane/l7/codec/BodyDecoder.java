package io.sluice.dataplane.l7.codec;

import io.netty.buffer.ByteBuf;
import io.sluice.dataplane.l7.message.BodyLength;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * Finds the end of a body in the bytes as they arrive, without touching them. One per direction of
 * a connection, used for one body after the other; keeps a few numbers only.
 */
public final class BodyDecoder {
    /** Returned by {@link #take} where the bytes break the grammar. */
    public static final int BAD = -1;

    private final ChunkedDecoder chunked = new ChunkedDecoder();
    private long length;
    private long remaining;
    private long received;
    private boolean done = true;
    private List<HeaderName> dropped = List.of();

    /** Starts on a body of that length, which may be a {@link BodyLength}. */
    public void start(long bodyLength) {
        start(bodyLength, List.of());
    }

    /**
     * As {@link #start(long)}.
     *
     * @param dropped fields that {@link #trailers} leaves out
     */
    public void start(long bodyLength, List<HeaderName> dropped) {
        this.dropped = dropped;
        length = bodyLength;
        remaining = bodyLength;
        received = 0;
        done = bodyLength == 0;
        if (bodyLength == BodyLength.CHUNKED) {
            chunked.start();
        }
    }

    /** Whether the body is complete; one that lasts until the close never is. */
    public boolean done() {
        return done;
    }

    /** The length it was started with. */
    public long length() {
        return length;
    }

    /** Bytes of content so far, chunk framing not counted. */
    public long received() {
        return received;
    }

    /** Bytes that are missing of a body whose length is known. */
    public long remaining() {
        return length < 0 ? 0 : remaining;
    }

    /** Counts bytes of a body of known length, not more than remain, that passed elsewhere. */
    public void passed(int bytes) {
        assert bytes <= remaining();
        remaining -= bytes;
        received += bytes;
        done = remaining == 0;
    }

    /** Whether trailers may have to be left out, so that chunks cannot pass as they stand. */
    public boolean dropsTrailers() {
        return length == BodyLength.CHUNKED && !dropped.isEmpty();
    }

    /** The trailers of a body that is done; null if there are none. */
    public @Nullable Fields trailers() {
        Fields trailers = length == BodyLength.CHUNKED ? chunked.trailers() : null;
        if (trailers != null) {
            for (HeaderName name : dropped) {
                trailers.remove(name);
            }
        }
        return trailers;
    }

    /**
     * Of the bytes taken last, how many at their end may not pass as they stand, not yet: lines of
     * trailers that are not complete, and so not checked.
     */
    public int withheld() {
        return length == BodyLength.CHUNKED ? chunked.withheld() : 0;
    }

    /** How many of those withheld before belong in front of the bytes taken last. */
    public int withheldBefore() {
        return length == BodyLength.CHUNKED ? chunked.withheldBefore() : 0;
    }

    /** Writes those, before {@link #trailers} are asked for. */
    public void writeWithheldBefore(ByteBuf out) {
        chunked.writeWithheldBefore(out);
    }

    /**
     * Says how many of the readable bytes belong to this body, as they stand, and counts them as
     * seen; moves no index.
     *
     * @return that number, or {@link #BAD}, after which the body never ends
     */
    public int take(ByteBuf in) {
        return take(in, null);
    }

    /**
     * As {@link #take(ByteBuf)}, and copies the content without its chunk framing to {@code
     * content}.
     */
    public int take(ByteBuf in, @Nullable ByteBuf content) {
        int readable = in.readableBytes();
        if (length == BodyLength.CHUNKED) {
            int taken = chunked.take(in, content);
            received = chunked.received();
            done = taken != BAD && chunked.done();
            return taken;
        }
        int taken = readable;
        if (length >= 0) {
            taken = (int) Math.min(readable, remaining);
            remaining -= taken;
            done = remaining == 0;
        }
        received += taken;
        if (content != null) {
            content.writeBytes(in, in.readerIndex(), taken);
        }
        return taken;
    }
}
