package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.ResponseHead;
import io.sluice.dataplane.net.EventWrites;
import io.sluice.dataplane.net.Failure;

import org.jspecify.annotations.Nullable;

/**
 * The client's side of one stream, whatever version of HTTP the client speaks. Used by its {@link
 * HttpStream} for one request after the other, on its loop's thread.
 *
 * <p>A response ends once: with {@code last}, or by {@link #end}. Buffers given here are released
 * here; heads and trailers are good during the call only.
 */
interface Downstream {
    ClientAddress client();

    /** Whether the client's read event is still going on, at whose end all is flushed both ways. */
    boolean inRead();

    /** The stream takes body, again: passes on what was held back. */
    void advance();

    /** Whether request bodies of unknown length come in {@link BodyForm#CHUNKS} where wanted. */
    boolean givesChunks();

    /** Whether bodies of unknown length are wanted in {@link BodyForm#CHUNKS}. */
    boolean takesChunks();

    /**
     * Writes a head before the head: 100, 103 and so on.
     *
     * @return false if the client's version knows none
     */
    boolean interim(ResponseHead head);

    /**
     * Begins the response.
     *
     * @param form of the body that follows
     * @param first part of the body that is there already; null if none
     * @param last whether the response is complete with that
     */
    void head(ResponseHead head, BodyForm form, @Nullable ByteBuf first, boolean last);

    /** Writes part of the body. */
    void body(ByteBuf bytes, boolean last);

    /**
     * Ends the body.
     *
     * @param trailers null if there are none
     */
    void end(@Nullable Fields trailers);

    /**
     * Where the rest of a body of known length may go as it is; null where it has to come by {@link
     * #body}.
     */
    @Nullable EventWrites bodyOutput();

    /** So many bytes of the body went there. */
    void bodyPassed(int bytes);

    /** Writes a whole response of the node's own; its body is left out where HEAD was asked. */
    void reply(ResponseHead head, byte[] body);

    /**
     * Whether the client takes its bytes; if not, {@link HttpStream#downstreamWritable} follows.
     */
    boolean writable();

    /** Whether it does not because of a limit of the listener, so that it is not to blame. */
    boolean writePaused();

    /** Nothing more for now: what was written leaves soon. */
    void flush();

    /** The response is complete and the stream over; the next request may begin within the call. */
    void ended();

    /** The stream is over and its response cut off, which the client must see. */
    void abort(Failure failure);

    /** Whether any 2xx tells the client that its upgrade was taken (RFC 8441 section 5). */
    boolean upgradesBySuccess();

    /** Writes the head that turns the stream into a tunnel. */
    void upgrade(ResponseHead head);

    /** Bytes both ways pass as bodies from now on, until one side ends. */
    void beginTunnel();

    /** Whether {@link #detach} is possible: the connection has this stream only. */
    boolean detachable();

    /** Leaves the connection to a tunnel. */
    DetachedSocket detach(Tunnel tunnel);

    /** So many bytes came from the client and went to it in a tunnel that has the connection. */
    void passedInTunnel(int bytesIn, int bytesOut);

    /** The tunnel is over. */
    void tunnelEnded();
}
