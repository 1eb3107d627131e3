package io.sluice.dataplane.listener;

import io.sluice.dataplane.l4.tcp.TcpSpec;
import io.sluice.dataplane.l4.udp.UdpSpec;
import io.sluice.dataplane.l7.route.RouteTable;
import io.sluice.dataplane.l7.stream.HttpSpec;

/** What a listener speaks, compiled. */
public sealed interface ListenerProtocol {
    /** Requests go where the routes say. */
    record Http(HttpSpec spec, RouteTable routes) implements ListenerProtocol {}

    /** Each connection is relayed. */
    record Tcp(TcpSpec spec) implements ListenerProtocol {}

    /** The datagrams of each client are relayed. */
    record Udp(UdpSpec spec) implements ListenerProtocol {}

    /** The transport under it. */
    default SocketKind socketKind() {
        return switch (this) {
            case Http http -> SocketKind.STREAM;
            case Tcp tcp -> SocketKind.STREAM;
            case Udp udp -> SocketKind.DATAGRAM;
        };
    }

    /** Connections, or UDP sessions, open at once on this node. */
    default int connectionsMax() {
        return switch (this) {
            case Http http -> http.spec().connectionsMax();
            case Tcp tcp -> tcp.spec().connectionsMax();
            case Udp udp -> udp.spec().connectionsMax();
        };
    }

    /** Whether what serves the other can serve this. */
    default boolean sameKind(ListenerProtocol other) {
        return getClass() == other.getClass();
    }
}
