package io.sluice.dataplane.listener;

import io.sluice.dataplane.l4.tcp.TcpSpec;
import io.sluice.dataplane.l7.route.RouteTable;
import io.sluice.dataplane.l7.stream.HttpSpec;

/** What a listener speaks, compiled. */
public sealed interface ListenerProtocol {
    /** Requests go where the routes say. */
    record Http(HttpSpec spec, RouteTable routes) implements ListenerProtocol {}

    /** Each connection is relayed. */
    record Tcp(TcpSpec spec) implements ListenerProtocol {}

    /** Connections open at once on this node. */
    default int connectionsMax() {
        return switch (this) {
            case Http http -> http.spec().connectionsMax();
            case Tcp tcp -> tcp.spec().connectionsMax();
        };
    }

    /** Whether what serves the other can serve this. */
    default boolean sameKind(ListenerProtocol other) {
        return getClass() == other.getClass();
    }
}
