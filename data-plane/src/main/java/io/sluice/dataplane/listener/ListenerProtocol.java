package io.sluice.dataplane.listener;

import io.sluice.dataplane.l4.tcp.TcpSpec;

/** What a listener speaks, compiled. */
public sealed interface ListenerProtocol {
    /** Each connection is relayed. */
    record Tcp(TcpSpec spec) implements ListenerProtocol {}
}
