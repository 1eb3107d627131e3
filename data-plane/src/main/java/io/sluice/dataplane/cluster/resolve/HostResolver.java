package io.sluice.dataplane.cluster.resolve;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.Security;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The threads on which names are looked up. Safe from any thread. */
public final class HostResolver implements AutoCloseable {
    /** Look-ups under way at once; a dead DNS server holds up names, never a loop. */
    public static final int THREADS = 4;

    private final HostLookup lookup;
    private final ExecutorService threads;

    /** Starts no thread before the first name. */
    public HostResolver(HostLookup lookup) {
        this.lookup = lookup;
        // Names are asked for again on a schedule of our own; the JDK's cache would double its
        // staleness.
        Security.setProperty("networkaddress.cache.ttl", "1");
        Security.setProperty("networkaddress.cache.negative.ttl", "1");
        // The queue holds at most one look-up per host of a live cluster.
        var pool =
                new ThreadPoolExecutor(
                        THREADS,
                        THREADS,
                        30,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        Thread.ofPlatform().daemon().name("resolve-", 0).factory());
        pool.allowCoreThreadTimeOut(true);
        this.threads = pool;
    }

    /**
     * Looks a name up.
     *
     * @param result gets the addresses, or an empty list if the name has none now; on some thread
     *     of this resolver, unless it was closed
     */
    void lookUp(String host, Consumer<List<InetAddress>> result) {
        try {
            threads.execute(() -> result.accept(blockingLookUp(host)));
        } catch (RejectedExecutionException e) {
            // Closed: the node is going away and nobody waits.
            return;
        }
    }

    private List<InetAddress> blockingLookUp(String host) {
        try {
            return List.of(lookup.lookUp(host));
        } catch (UnknownHostException e) {
            return List.of();
        }
    }

    /** Ends the threads; look-ups under way are dropped. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
