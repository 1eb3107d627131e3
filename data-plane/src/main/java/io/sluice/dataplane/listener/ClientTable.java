package io.sluice.dataplane.listener;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What each network of clients has open, may still open, and was refused. Shared by the loops:
 * connections of one client come in on all of them. Touched at accept and close only, and only
 * where a listener limits or refuses clients. Safe from any thread.
 *
 * <p>Bounded: beyond {@link #NETWORKS_MAX} networks, those that have nothing open give way; where
 * all have, new ones are not tracked, which is counted.
 */
final class ClientTable {
    /** Networks kept. */
    static final int NETWORKS_MAX = 65_536;

    private static final double NANOS_PER_SECOND = 1e9;

    /** Guarded by itself. */
    private static final class Usage {
        int open;
        double tokens = -1;
        long filledNanos;
        long refused;
    }

    /** A network of clients that was refused something. */
    record Offender(String network, long refused, int open) {}

    private final Map<ClientKey, Usage> usages = new ConcurrentHashMap<>();
    private final AtomicLong untracked = new AtomicLong();

    /**
     * Counts one more connection of a network, unless that is one too many.
     *
     * @param nowNanos of a monotonic clock
     */
    boolean tryOpen(ClientKey key, ClientLimitsSpec limits, long nowNanos) {
        Usage usage = usage(key);
        if (usage == null) {
            return true;
        }
        synchronized (usage) {
            boolean full = limits.connectionsMax() > 0 && usage.open >= limits.connectionsMax();
            if (full || !takeToken(usage, limits.perSecondMax(), nowNanos)) {
                usage.refused++;
                return false;
            }
            usage.open++;
            return true;
        }
    }

    private boolean takeToken(Usage usage, int perSecondMax, long now) {
        if (perSecondMax == 0) {
            return true;
        }
        double filled =
                usage.tokens < 0
                        ? perSecondMax
                        : usage.tokens
                                + (now - usage.filledNanos) / NANOS_PER_SECOND * perSecondMax;
        usage.tokens = Math.min(filled, perSecondMax);
        usage.filledNanos = now;
        if (usage.tokens < 1) {
            return false;
        }
        usage.tokens--;
        return true;
    }

    /** Counts one less; once for each that was opened. */
    void closed(ClientKey key) {
        Usage usage = usages.get(key);
        if (usage == null) {
            return;
        }
        synchronized (usage) {
            usage.open = Math.max(0, usage.open - 1);
        }
    }

    /** Counts a refusal for another reason, such as the deny list. */
    void refused(ClientKey key) {
        Usage usage = usage(key);
        if (usage == null) {
            return;
        }
        synchronized (usage) {
            usage.refused++;
        }
    }

    /** Connections that found no room to be tracked. */
    long untracked() {
        return untracked.get();
    }

    /** The networks that were refused most, most first. */
    List<Offender> offenders(int countMax) {
        List<Offender> found = new ArrayList<>();
        usages.forEach(
                (key, usage) -> {
                    synchronized (usage) {
                        if (usage.refused > 0) {
                            found.add(new Offender(key.text(), usage.refused, usage.open));
                        }
                    }
                });
        found.sort(Comparator.comparingLong(Offender::refused).reversed());
        return found.size() > countMax ? List.copyOf(found.subList(0, countMax)) : found;
    }

    private @Nullable Usage usage(ClientKey key) {
        Usage known = usages.get(key);
        if (known != null) {
            return known;
        }
        if (usages.size() >= NETWORKS_MAX && !makeRoom()) {
            untracked.incrementAndGet();
            return null;
        }
        return usages.computeIfAbsent(key, each -> new Usage());
    }

    /** Forgets an eighth, of those that have nothing open. */
    private boolean makeRoom() {
        int wanted = NETWORKS_MAX / 8;
        Iterator<Usage> each = usages.values().iterator();
        while (each.hasNext() && wanted > 0) {
            Usage usage = each.next();
            synchronized (usage) {
                if (usage.open == 0) {
                    each.remove();
                    wanted--;
                }
            }
        }
        return usages.size() < NETWORKS_MAX;
    }
}
