package io.sluice.dataplane.listener;

/**
 * What the clients of one network may do.
 *
 * @param connectionsMax open at once; 0 for no limit
 * @param perSecondMax new ones, on average, and as many at once; 0 for no limit
 * @param ipv4Bits leading bits that make a network of clients
 */
public record ClientLimitsSpec(int connectionsMax, int perSecondMax, int ipv4Bits, int ipv6Bits) {
    /** Nothing is limited; refusals are counted by address, or 64 bits of it. */
    public static final ClientLimitsSpec NONE = new ClientLimitsSpec(0, 0, 32, 64);

    /** Whether there is anything to count. */
    boolean isLimited() {
        return connectionsMax > 0 || perSecondMax > 0;
    }
}
