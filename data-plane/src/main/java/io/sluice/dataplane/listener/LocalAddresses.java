package io.sluice.dataplane.listener;

import io.sluice.proto.HostPort;

import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;

/** The local addresses that an address stands for. Blocks for a moment. */
final class LocalAddresses {
    private LocalAddresses() {}

    /**
     * The address itself, or for a wildcard those of all interfaces: for {@code 0.0.0.0} the IPv4
     * ones, for {@code ::} all.
     */
    static List<InetAddress> of(HostPort address) {
        InetAddress ip = address.address().orElseThrow();
        if (!address.isWildcard()) {
            return List.of(ip);
        }
        try {
            List<InetAddress> local = new ArrayList<>();
            for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
                for (InetAddress one : each.inetAddresses().toList()) {
                    if (address.isIpv6() || !(one instanceof Inet6Address)) {
                        local.add(one);
                    }
                }
            }
            return local;
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }
}
