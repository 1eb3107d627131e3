package io.sluice.dataplane.net;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * The local addresses that connections to one endpoint come from, in turn; those that this node has
 * not are left out for a while. Of its loop's thread.
 */
public final class SourceAddresses {
    /** How long an address that was not there is not asked for. */
    static final long AWAY_NANOS = 10_000_000_000L;

    private final InetSocketAddress[] addresses;
    private final long[] awayUntilNanos;
    private final boolean[] away;
    private int turn;

    private SourceAddresses(List<InetSocketAddress> addresses, int turn) {
        this.addresses = addresses.toArray(InetSocketAddress[]::new);
        this.awayUntilNanos = new long[addresses.size()];
        this.away = new boolean[addresses.size()];
        this.turn = turn;
    }

    /**
     * Those of an endpoint's family.
     *
     * @param turn whose turn it is first, any number
     */
    public static SourceAddresses of(
            List<InetAddress> configured, InetSocketAddress endpoint, int turn) {
        Class<?> family = endpoint.getAddress().getClass();
        return new SourceAddresses(
                configured.stream()
                        .filter(address -> address.getClass() == family)
                        .map(address -> new InetSocketAddress(address, 0))
                        .toList(),
                turn);
    }

    /** How many there are. */
    public int count() {
        return addresses.length;
    }

    /** Whose turn it is; if all are away, one of them; null if there are none. */
    public @Nullable InetSocketAddress next(long nowNanos) {
        int count = addresses.length;
        for (int i = 0; i < count; i++) {
            int index = Math.floorMod(turn++, count);
            if (!away[index] || nowNanos - awayUntilNanos[index] >= 0) {
                away[index] = false;
                return addresses[index];
            }
        }
        return count == 0 ? null : addresses[Math.floorMod(turn++, count)];
    }

    /** This node has it not. */
    public void missing(InetSocketAddress address, long nowNanos) {
        for (int i = 0; i < addresses.length; i++) {
            if (addresses[i].equals(address)) {
                away[i] = true;
                awayUntilNanos[i] = nowNanos + AWAY_NANOS;
            }
        }
    }
}
