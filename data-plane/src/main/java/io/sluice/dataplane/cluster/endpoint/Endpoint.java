package io.sluice.dataplane.cluster.endpoint;

import io.sluice.dataplane.net.Loop;
import io.sluice.proto.HostPort;

import java.net.InetSocketAddress;
import java.time.Instant;

/**
 * One address of a cluster. Found by cluster and ip:port; the same object for as long as the
 * address stays in the cluster, over all snapshots.
 */
public final class Endpoint {
    // Ints between two loops' counters: two cache lines, so that loops do not share one.
    private static final int LOAD_STRIDE = 32;

    private final String cluster;
    private final InetSocketAddress address;
    private final String addressText;
    private final int[] active;
    private volatile EndpointHealth health;

    /**
     * @param address resolved
     * @param loops how many event loops there are
     */
    public Endpoint(
            String cluster, InetSocketAddress address, int loops, Health first, Instant now) {
        this.cluster = cluster;
        this.address = address;
        this.addressText = new HostPort(hostText(address), address.getPort()).toString();
        this.active = new int[(loops + 1) * LOAD_STRIDE];
        this.health = new EndpointHealth(cluster, addressText, first, now, "");
    }

    private static String hostText(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        int zone = host.indexOf('%');
        return zone < 0 ? host : host.substring(0, zone);
    }

    /** The name of its cluster. */
    public String cluster() {
        return cluster;
    }

    /** Where to connect. */
    public InetSocketAddress address() {
        return address;
    }

    /** {@code ip:port}, as in logs and statistics. */
    public String addressText() {
        return addressText;
    }

    /** Health as last decided; any thread. */
    public EndpointHealth health() {
        return health;
    }

    /** Whether it may be picked; any thread. */
    public boolean healthy() {
        return health.health() == Health.HEALTHY;
    }

    /** Sets the health; by the one who checks it. */
    public void decide(Health decided, Instant now, String reason) {
        health = new EndpointHealth(cluster, addressText, decided, now, reason);
    }

    /** Requests and L4 connections under way from this loop. */
    public int active(Loop loop) {
        return active[slot(loop)];
    }

    /** One more is under way; on the loop. */
    public void began(Loop loop) {
        active[slot(loop)]++;
    }

    /** One less; once for each that began. */
    public void ended(Loop loop) {
        active[slot(loop)]--;
    }

    private static int slot(Loop loop) {
        return (loop.index() + 1) * LOAD_STRIDE;
    }

    /** {@code cluster/ip:port}, for logs. */
    @Override
    public String toString() {
        return cluster + "/" + addressText;
    }
}
