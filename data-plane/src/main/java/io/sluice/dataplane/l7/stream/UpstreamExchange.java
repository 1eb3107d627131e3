package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.RequestHead;

import org.jspecify.annotations.Nullable;

/**
 * One attempt at an upstream, whatever version of HTTP the upstream speaks. Used for one attempt
 * after the other; its {@link ExchangeUser} decides about the next. Of its loop's thread.
 *
 * <p>A request ends once: with {@code last}, or by {@link #end}. Buffers given here are released
 * here; heads and trailers are good during the call only.
 */
interface UpstreamExchange {
    /**
     * Asks for a connection. {@link ExchangeUser#connected} follows, maybe within this call, or
     * {@link ExchangeUser#exchangeFailed}, never within it.
     */
    void start(Cluster cluster, Endpoint endpoint);

    /** The connection that has the request, maybe with others; null while there is none. */
    @Nullable SocketChannel socket();

    /** Whether the connection asked for is neither there nor refused yet. */
    boolean connecting();

    /** Whether bodies of unknown length are wanted in {@link BodyForm#CHUNKS}. */
    boolean takesChunks();

    /**
     * Whether the upstream may hand the request back without having looked at it: then its head
     * should be kept.
     */
    boolean mayRefuse();

    /**
     * Sends the head.
     *
     * @param form of the body that follows
     * @param last whether the request is complete with it
     * @param mayComeAgain whether to keep it for {@link #headAgain}
     */
    void head(RequestHead head, BodyForm form, boolean last, boolean mayComeAgain);

    /** Sends part of the body. */
    void body(ByteBuf bytes, boolean last);

    /**
     * Ends the body.
     *
     * @param trailers null if there are none
     */
    void end(@Nullable Fields trailers);

    /** Whether the upstream takes bytes; if not, {@link ExchangeUser#upstreamWritable} follows. */
    boolean writable();

    /** Nothing more for now: what was given leaves soon. */
    void flush();

    /** Stops or goes on reading the response. */
    void read(boolean on);

    /**
     * Asks for a new connection for the same request, since the one that was reused turned out
     * dead; as {@link #start}, but {@link #headAgain} is to be called.
     *
     * @param sameVersion whether a connection of another version of HTTP is of no use
     * @return false if the head was not kept, or a byte of the response had come
     */
    boolean startAgain(boolean sameVersion);

    /** Sends the head that was kept. */
    void headAgain();

    /** Lets go what was kept for {@link #headAgain}. */
    void forgetRequest();

    /**
     * Gives up; the user hears nothing more.
     *
     * @return false if a connection is still being made, in which case this object is of no more
     *     use
     */
    boolean abort();

    /**
     * Bytes both ways pass as bodies from now on, until one side ends; within {@link
     * ExchangeUser#switched}.
     */
    void beginTunnel();

    /** Whether {@link #detach} is possible: the connection has this exchange only. */
    boolean detachable();

    /** Takes the connection out of HTTP, within {@link ExchangeUser#switched}. */
    DetachedSocket detach();
}
