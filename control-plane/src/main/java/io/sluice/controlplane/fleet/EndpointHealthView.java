package io.sluice.controlplane.fleet;

import java.time.Instant;
import java.util.Locale;

/**
 * The health of one endpoint as one node sees it. Immutable.
 *
 * @param cluster name of its cluster
 * @param address IP:PORT
 * @param since when it became so
 * @param reason why it is unhealthy; empty otherwise
 */
public record EndpointHealthView(
        String cluster, String address, Health health, Instant since, String reason) {
    /** What the node's checks say. */
    public enum Health {
        UNKNOWN,
        HEALTHY,
        UNHEALTHY;

        /** The word that REST and CLI use. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
