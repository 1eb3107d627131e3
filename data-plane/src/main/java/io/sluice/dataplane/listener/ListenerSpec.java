package io.sluice.dataplane.listener;

import io.sluice.dataplane.cluster.LeaveSpec;
import io.sluice.dataplane.net.BandwidthSpec;
import io.sluice.dataplane.net.SocketSpec;
import io.sluice.proto.HostPort;

import java.util.List;

/**
 * A compiled listener.
 *
 * @param addresses as configured, of one host: an IP address or wildcard, port 0 for any free one;
 *     at least one
 * @param early what comes before the protocol
 * @param socket of its connections; of UDP its own
 * @param leaving what becomes of connections that a change leaves behind
 * @param drain whether it has no sockets, and what is open may not stay for ever
 * @param bandwidth of TCP connections and UDP sessions
 */
public record ListenerSpec(
        String name,
        List<HostPort> addresses,
        ListenerProtocol protocol,
        EarlySpec early,
        SocketSpec socket,
        LeaveSpec leaving,
        boolean drain,
        BandwidthSpec bandwidth) {
    public ListenerSpec {
        addresses = List.copyOf(addresses);
    }

    /** One whose protocol takes connections as they are accepted. */
    public ListenerSpec(String name, List<HostPort> addresses, ListenerProtocol protocol) {
        this(
                name,
                addresses,
                protocol,
                EarlySpec.NONE,
                SocketSpec.USUAL,
                LeaveSpec.DEFAULT,
                false,
                BandwidthSpec.NONE);
    }

    /** One with a single port. */
    public ListenerSpec(String name, HostPort address, ListenerProtocol protocol) {
        this(name, List.of(address), protocol);
    }

    /** The same, with this before the protocol. */
    public ListenerSpec with(EarlySpec wanted) {
        return new ListenerSpec(
                name, addresses, protocol, wanted, socket, leaving, drain, bandwidth);
    }

    /** The same, with sockets of these options. */
    public ListenerSpec with(SocketSpec wanted) {
        return new ListenerSpec(
                name, addresses, protocol, early, wanted, leaving, drain, bandwidth);
    }

    /** The same, whose connections leave in this way. */
    public ListenerSpec leaving(LeaveSpec wanted, boolean drained) {
        return new ListenerSpec(
                name, addresses, protocol, early, socket, wanted, drained, bandwidth);
    }

    /** The same, with these limits of bytes. */
    public ListenerSpec with(BandwidthSpec wanted) {
        return new ListenerSpec(name, addresses, protocol, early, socket, leaving, drain, wanted);
    }
}
