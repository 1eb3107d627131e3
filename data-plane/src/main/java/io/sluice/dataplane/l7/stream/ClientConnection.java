package io.sluice.dataplane.l7.stream;

import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.net.Failure;

import java.util.function.Consumer;

/** One client connection of a listener, as its {@link HttpServing} sees it. */
interface ClientConnection {
    /** Takes no request that is not under way or on its way, then closes. */
    void drain();

    /** Serves as before {@link #drain}, unless it has told the client already. */
    void undrain();

    /** Closes now, whatever is under way. */
    void cut(Failure why);

    /** Reads on, unless it has reasons of its own not to: a limit of its flow is over. */
    void readOn();

    /** What it speaks at this moment: http1, http2 or websocket. */
    String protocol();

    ClientAddress client();

    SocketChannel channel();

    /** The requests under way, tunnels included; each may end during its turn. */
    void forEachStream(Consumer<HttpStream> action);

    /** Ends one of them, by a reply if its response has not begun. */
    void end(HttpStream stream, Failure why);
}
