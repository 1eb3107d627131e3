package io.sluice.dataplane.listener;

import io.sluice.proto.HostPort;

import org.jspecify.annotations.Nullable;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.List;

/** The addresses that a listener is reached at, wildcards among them. Immutable. */
record ListenerAddresses(List<HostPort> addresses) {
    static final ListenerAddresses NONE = new ListenerAddresses(List.of());

    ListenerAddresses {
        addresses = List.copyOf(addresses);
    }

    /**
     * Whether a connection to that address may be one of these.
     *
     * @param local null if the client went before anyone looked
     */
    boolean cover(@Nullable InetSocketAddress local) {
        if (local == null) {
            return false;
        }
        for (HostPort address : addresses) {
            if (address.port() == local.getPort() && covers(address, local)) {
                return true;
            }
        }
        return false;
    }

    private static boolean covers(HostPort address, InetSocketAddress local) {
        if (address.isWildcard()) {
            return address.isIpv6() || local.getAddress() instanceof Inet4Address;
        }
        return address.address().filter(local.getAddress()::equals).isPresent();
    }
}
