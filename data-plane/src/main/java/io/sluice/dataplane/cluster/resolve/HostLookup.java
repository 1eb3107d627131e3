package io.sluice.dataplane.cluster.resolve;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** How a name becomes addresses; blocks. {@code InetAddress::getAllByName} outside of tests. */
@FunctionalInterface
public interface HostLookup {
    /** All addresses of the name, at least one. */
    InetAddress[] lookUp(String host) throws UnknownHostException;
}
