package io.sluice.dataplane.l4.tcp;

import io.sluice.dataplane.net.Arrival;
import io.sluice.dataplane.net.NetworkTrie;
import io.sluice.proto.PortRange;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * Which connections a rule takes; immutable.
 *
 * @param sources networks of the client; null for any
 * @param ports local ports; empty for any
 * @param hello what the TLS client said first; null for anything
 */
public record TcpMatch(
        @Nullable NetworkTrie sources, List<PortRange> ports, @Nullable HelloMatch hello) {
    /** Every connection. */
    public static final TcpMatch EVERY = new TcpMatch(null, List.of(), null);

    public TcpMatch {
        ports = List.copyOf(ports);
    }

    /**
     * Whether all conditions hold.
     *
     * @param client 4 or 16 bytes
     */
    boolean holds(byte[] client, int localPort, Arrival arrival) {
        return (sources == null || sources.contains(client))
                && holds(localPort)
                && (hello == null || hello.holds(arrival));
    }

    private boolean holds(int localPort) {
        if (ports.isEmpty()) {
            return true;
        }
        for (PortRange range : ports) {
            if (range.contains(localPort)) {
                return true;
            }
        }
        return false;
    }
}
