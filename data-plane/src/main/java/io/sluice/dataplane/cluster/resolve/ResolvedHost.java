package io.sluice.dataplane.cluster.resolve;

import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.Timer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * One DNS name, looked up again and again; a look-up that fails keeps the last addresses. Of its
 * loop's thread.
 */
public final class ResolvedHost {
    /** From one look-up to the next, give or take a tenth. */
    public static final long REFRESH_NANOS = 30_000_000_000L;

    private static final Logger log = LoggerFactory.getLogger(ResolvedHost.class);
    private static final long RETRY_NANOS = 1_000_000_000L;
    private static final Comparator<InetAddress> BY_BYTES =
            Comparator.comparing(InetAddress::getAddress, Arrays::compareUnsigned);

    private final Loop loop;
    private final HostResolver resolver;
    private final String host;
    private final Runnable onChange;
    private final Timer nextLookUp;
    private List<InetAddress> addresses = List.of();
    private boolean decided;
    private boolean stopped;
    private int failures;

    /**
     * @param onChange called on the loop when the addresses changed, and after the first look-up in
     *     any case
     */
    public ResolvedHost(Loop loop, HostResolver resolver, String host, Runnable onChange) {
        this.loop = loop;
        this.resolver = resolver;
        this.host = host;
        this.onChange = onChange;
        this.nextLookUp = loop.newTimer(this::lookUp);
    }

    /** Looks it up now and from then on. */
    public void start() {
        lookUp();
    }

    /** Looks it up no more. */
    public void stop() {
        stopped = true;
        nextLookUp.cancel();
    }

    /** Whether one look-up has ended, well or not. */
    public boolean decided() {
        return decided;
    }

    /** Its addresses as last known, in a fixed order, each once. */
    public List<InetAddress> addresses() {
        return addresses;
    }

    private void lookUp() {
        resolver.lookUp(host, found -> loop.execute(() -> found(found)));
    }

    private void found(List<InetAddress> found) {
        if (stopped) {
            return;
        }
        boolean first = !decided;
        decided = true;
        if (found.isEmpty()) {
            failed(first);
            return;
        }
        failures = 0;
        nextLookUp.arm(jittered(REFRESH_NANOS));
        List<InetAddress> sorted = found.stream().distinct().sorted(BY_BYTES).toList();
        if (first || !sorted.equals(addresses)) {
            addresses = sorted;
            onChange.run();
        }
    }

    private void failed(boolean first) {
        if (failures == 0) {
            log.warn("event=host-not-resolved host={} kept={}", host, addresses.size());
        }
        // 1, 2, 4 ... seconds, up to the ordinary interval.
        long delayNanos = Math.min(REFRESH_NANOS, RETRY_NANOS << Math.min(failures, 5));
        failures++;
        nextLookUp.arm(jittered(delayNanos));
        if (first) {
            onChange.run();
        }
    }

    private long jittered(long nanos) {
        long spread = nanos / 5;
        return nanos - spread / 2 + Math.unsignedMultiplyHigh(loop.random64(), spread);
    }
}
