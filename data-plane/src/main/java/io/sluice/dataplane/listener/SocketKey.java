package io.sluice.dataplane.listener;

import io.sluice.proto.HostPort;

import org.jspecify.annotations.Nullable;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * What a bound socket is found by: transport, address and port.
 *
 * @param address as bound, so after the replacement of wildcards
 * @param owner the listener's name where the port is 0, as any number of those may exist; otherwise
 *     empty
 */
record SocketKey(SocketKind kind, HostPort address, String owner) {
    /**
     * The socket that a listener needs.
     *
     * @param bind replaces the wildcard of its family; null for nothing
     * @return null if the listener is of the other family and so not bound on this node
     */
    static @Nullable SocketKey of(
            String listener, SocketKind kind, HostPort configured, @Nullable InetAddress bind) {
        HostPort address = configured;
        if (bind != null && configured.isWildcard()) {
            if (configured.isIpv6() != bind instanceof Inet6Address) {
                return null;
            }
            address = new HostPort(bind.getHostAddress(), configured.port());
        }
        return new SocketKey(kind, address, address.port() == 0 ? listener : "");
    }

    InetSocketAddress socketAddress() {
        return socketAddress(address.port());
    }

    /** With the port that the system chose. */
    InetSocketAddress socketAddress(int port) {
        return new InetSocketAddress(address.address().orElseThrow(), port);
    }

    /**
     * Whether a socket of this kind that is bound here may be in the way of the probe for this key.
     */
    boolean overlaps(SocketKind other, HostPort bound) {
        return kind == other
                && address.port() == bound.port()
                && address.port() != 0
                && (address.host().equals(bound.host())
                        || address.isWildcard()
                        || bound.isWildcard());
    }
}
