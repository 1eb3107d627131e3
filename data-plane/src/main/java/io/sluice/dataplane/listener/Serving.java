package io.sluice.dataplane.listener;

import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.l4.tcp.TcpServing;
import io.sluice.dataplane.l4.udp.UdpServing;
import io.sluice.dataplane.l7.stream.HttpServing;
import io.sluice.dataplane.net.Arrival;
import io.sluice.dataplane.telemetry.FlowScan;

/**
 * What serves a listener's connections on one loop, whatever the protocol. Of the loop's thread.
 */
sealed interface Serving {
    record Http(HttpServing serving) implements Serving {}

    record Tcp(TcpServing serving) implements Serving {}

    record Udp(UdpServing serving) implements Serving {}

    /** Takes a connection that is registered, active and not being read yet. */
    default void accepted(SocketChannel channel, Arrival arrival) {
        switch (this) {
            case Http http -> {
                http.serving().accepted(channel, arrival);
                channel.config().setAutoRead(true);
            }
            case Tcp tcp -> tcp.serving().accepted(channel, arrival);
            case Udp udp -> throw new IllegalStateException("UDP has no connections");
        }
    }

    /** What holds from now on; the protocol is of the same kind. */
    default void apply(ListenerProtocol protocol) {
        switch (this) {
            case Http http -> {
                var changed = (ListenerProtocol.Http) protocol;
                http.serving().apply(changed.spec(), changed.routes());
            }
            case Tcp tcp -> tcp.serving().apply(((ListenerProtocol.Tcp) protocol).spec());
            case Udp udp -> udp.serving().apply(((ListenerProtocol.Udp) protocol).spec());
        }
    }

    /**
     * Lets requests finish and idle connections close; L4 connections and sessions run on by
     * themselves, and that no new ones come is the sockets' doing.
     */
    default void drain() {
        if (this instanceof Http http) {
            http.serving().drain();
        }
    }

    default void undrain() {
        if (this instanceof Http http) {
            http.serving().undrain();
        }
    }

    /** Shows every connection, or session. */
    default void visit(FlowScan scan) {
        switch (this) {
            case Http http -> http.serving().visit(scan);
            case Tcp tcp -> tcp.serving().visit(scan);
            case Udp udp -> udp.serving().visit(scan);
        }
    }

    /** Closes every connection now. */
    default void cut() {
        switch (this) {
            case Http http -> http.serving().cut();
            case Tcp tcp -> tcp.serving().cut();
            case Udp udp -> udp.serving().cut();
        }
    }
}
