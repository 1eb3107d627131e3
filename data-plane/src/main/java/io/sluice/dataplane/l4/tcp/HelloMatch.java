package io.sluice.dataplane.l4.tcp;

import io.sluice.dataplane.net.Arrival;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

/**
 * Which connections a rule takes by what the TLS client said first; immutable.
 *
 * @param names exact ones in lower case, {@code .shop.example} for all below, {@code *} for all;
 *     empty for any name or none
 * @param nameless whether those that ask for no name are taken too, or, without names, alone
 * @param protocols any of them; empty for any
 * @param encrypted null for either
 */
public record HelloMatch(
        Set<String> names, boolean nameless, List<String> protocols, @Nullable Boolean encrypted) {
    private static final String EVERY = "*";

    public HelloMatch {
        names = Set.copyOf(names);
        protocols = List.copyOf(protocols);
    }

    boolean holds(Arrival arrival) {
        return nameHolds(arrival.serverName())
                && protocolHolds(arrival)
                && (encrypted == null || encrypted == arrival.encrypted());
    }

    private boolean nameHolds(String name) {
        if (name.isEmpty()) {
            return nameless || names.isEmpty();
        }
        if (names.isEmpty()) {
            return !nameless;
        }
        if (names.contains(EVERY) || names.contains(name)) {
            return true;
        }
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
            if (names.contains(name.substring(dot))) {
                return true;
            }
        }
        return false;
    }

    private boolean protocolHolds(Arrival arrival) {
        if (protocols.isEmpty()) {
            return true;
        }
        if (arrival.secure()) {
            return protocols.contains(arrival.protocol());
        }
        for (String offered : arrival.offered()) {
            if (protocols.contains(offered)) {
                return true;
            }
        }
        return false;
    }
}
