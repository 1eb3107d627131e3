package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;

/**
 * A UDP socket that is connected to one peer, so that it hears of ICMP errors; of its loop's
 * thread.
 */
public interface DatagramConnection {
    /** Who uses the connection; called on its loop, never after {@link #close}. */
    interface User {
        /**
         * A datagram came.
         *
         * @param datagram valid within this call
         */
        void received(ByteBuf datagram);

        /**
         * What became of datagrams of which {@link #send} said {@link Sent#LATER}.
         *
         * @param outcome any other; where ICMP told of an error, all of them are lost
         */
        void sent(int datagrams, int bytes, Sent outcome);

        /** ICMP says that nobody listens there. */
        void unreachable();

        /** Something else is wrong on the way, perhaps for one datagram only. */
        void failed(Throwable cause);
    }

    /** What became of a datagram. */
    enum Sent {
        /** The kernel has it. */
        TAKEN,
        /** The kernel has no room for it, or no way. */
        DROPPED,
        /** The kernel told of an ICMP error before this one instead. */
        UNREACHABLE,
        /** It waits for others, within this turn of the loop; {@link User#sent} follows. */
        LATER
    }

    /** Sends a datagram, or a copy of it later in this turn, or not at all. */
    Sent send(ByteBuf datagram);

    /** Closes it once what it was given is sent; what waits to be read is lost. */
    void close();
}
