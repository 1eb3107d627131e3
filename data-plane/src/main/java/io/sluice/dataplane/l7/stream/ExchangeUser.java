package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.sluice.dataplane.l7.codec.ResponseParser.Answered;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.ResponseHead;
import io.sluice.dataplane.net.EventWrites;
import io.sluice.dataplane.net.Failure;

import org.jspecify.annotations.Nullable;

/**
 * Who makes an attempt at an upstream and hears what comes of it. Called on the loop's thread.
 *
 * <p>A response ends once: with {@code last}, or by {@link #responseEnd}; this or {@link
 * #exchangeFailed} is the last call, the exchange having given its connection back, so that the
 * next attempt may be started within. Buffers given here are released here; heads and trailers are
 * good during the call only.
 */
interface ExchangeUser {
    /** What the response answers. */
    Answered answered();

    /** Whether response bodies of unknown length are wanted in {@link BodyForm#CHUNKS}. */
    boolean takesResponseChunks();

    /** The exchange has its connection: the head is to be sent now. */
    void connected();

    /**
     * Nothing was sent: the endpoint agreed on another version of HTTP than this exchange speaks,
     * and the pool knows by now. The same attempt is to be made with the other one.
     */
    void otherProtocol();

    /** The attempt is over and its connection gone. */
    void exchangeFailed(Failure failure);

    /** A head of that many bytes was sent. */
    void headSent(int bytes);

    /** A response before the response: 100, 103 and so on. */
    void interim(ResponseHead head);

    /**
     * The response begins.
     *
     * @param form of the body that follows
     * @param first part of the body that is there already; null if none
     * @param last whether the response is complete with that
     */
    void response(ResponseHead head, BodyForm form, @Nullable ByteBuf first, boolean last);

    /** Part of the response body. */
    void responseBody(ByteBuf bytes, boolean last);

    /**
     * The response body ends.
     *
     * @param trailers null if there are none
     */
    void responseEnd(@Nullable Fields trailers);

    /**
     * Where the rest of the body, of known length, may go without being seen, once all that was
     * passed on has left; null where it has to come by {@link #responseBody}.
     */
    @Nullable EventWrites bodyOutput();

    /** So many bytes of the body went there. */
    void bodyPassed(int bytes);

    /** The upstream took the upgrade. */
    void switched(ResponseHead head);

    /** Bytes came. */
    void upstreamProgress();

    /** No more bytes for now: the moment to flush what was passed on. */
    void upstreamReadComplete();

    /** {@link UpstreamExchange#writable} is true again. */
    void upstreamWritable();
}
