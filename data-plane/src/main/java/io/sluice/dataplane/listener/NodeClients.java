package io.sluice.dataplane.listener;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What clients have open on all listeners together that limit it so: a table for each pair of
 * prefix lengths that they configure. Safe from any thread.
 */
final class NodeClients {
    private record Prefixes(int ipv4Bits, int ipv6Bits) {}

    private final Map<Prefixes, ClientTable> tables = new ConcurrentHashMap<>();

    /** The table that counts clients as these limits do. */
    ClientTable table(ClientLimitsSpec limits) {
        return tables.computeIfAbsent(
                new Prefixes(limits.ipv4Bits(), limits.ipv6Bits()), each -> new ClientTable());
    }
}
