package io.sluice.dataplane.listener;

/** The transports; each has ports of its own. */
enum SocketKind {
    STREAM,
    DATAGRAM
}
