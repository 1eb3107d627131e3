package io.sluice.dataplane.listener;

import io.sluice.proto.HostPort;

/**
 * A compiled listener.
 *
 * @param early what comes before the protocol
 * @param address as configured: an IP address or wildcard, port 0 for any free one
 */
public record ListenerSpec(
        String name, HostPort address, ListenerProtocol protocol, EarlySpec early) {
    /** One whose protocol takes connections as they are accepted. */
    public ListenerSpec(String name, HostPort address, ListenerProtocol protocol) {
        this(name, address, protocol, EarlySpec.NONE);
    }

    /** The same, with this before the protocol. */
    public ListenerSpec with(EarlySpec wanted) {
        return new ListenerSpec(name, address, protocol, wanted);
    }
}
