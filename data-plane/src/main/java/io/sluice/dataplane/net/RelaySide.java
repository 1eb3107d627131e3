package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.DuplexChannel;

import org.jspecify.annotations.Nullable;

/** One socket of a relay: what is read from it is written to its peer. Of its loop's thread. */
sealed interface RelaySide permits RelayHandler, DirectSide {
    DuplexChannel channel();

    /** Passes on what was read of the socket before the relay; releases it. */
    void passEarly(@Nullable ByteBuf early);

    /** Starts reading. */
    void begin();

    /** Whether nothing more comes from here and nothing more goes there. */
    boolean ended();

    /** Bytes that were read here and that the peer has not taken. */
    long heldBytes();

    /** Whether nothing is read here for as long as the peer does not take what is held. */
    boolean paused();

    /** The relay is over: forgets what is held. */
    void stop();
}
