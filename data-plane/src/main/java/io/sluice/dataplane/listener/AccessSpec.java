package io.sluice.dataplane.listener;

import io.sluice.dataplane.net.NetworkTrie;

/**
 * Who may connect to a listener.
 *
 * @param networks {@link #ALLOW} and {@link #DENY} by network
 * @param othersAllowed whether those in none of them may
 * @param limits what the clients of one network may do
 * @param limitsOnNode what they may do on all listeners together that have such limits
 * @param tarpitMax connections kept waiting at once
 */
public record AccessSpec(
        NetworkTrie networks,
        boolean othersAllowed,
        ClientLimitsSpec limits,
        ClientLimitsSpec limitsOnNode,
        Refusal refusal,
        long tarpitNanos,
        int tarpitMax) {
    /** A network's value: its clients may connect. */
    public static final int ALLOW = 1;

    /** A network's value: its clients may not. */
    public static final int DENY = 0;

    /** What happens to a connection that may not. */
    public enum Refusal {
        CLOSE,
        RESET,
        TARPIT
    }

    /** Whether the lists let an address of 4 or 16 bytes in. */
    boolean allows(byte[] address) {
        int found = networks.find(address);
        return found == NetworkTrie.NONE ? othersAllowed : found == ALLOW;
    }
}
