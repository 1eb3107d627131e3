package io.sluice.dataplane.cluster.pool;

import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.net.LocalFault;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.SourceAddresses;
import io.sluice.dataplane.net.UpstreamSocketSpec;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.StringJoiner;

/**
 * Where the connections of a pool come from on this node, and what is to be said if that is why
 * they fail. Of the pool's loop.
 */
final class LocalEnd {
    private static final Logger log = LoggerFactory.getLogger(LocalEnd.class);

    /** Between two lines in the log about one endpoint. */
    private static final long LOG_NANOS = 10_000_000_000L;

    private final Loop loop;
    private final Endpoint endpoint;
    private final UpstreamSocketSpec spec;
    private final SourceAddresses sources;
    private boolean logged;
    private long loggedNanos;

    LocalEnd(Loop loop, Endpoint endpoint, UpstreamSocketSpec spec) {
        this.loop = loop;
        this.endpoint = endpoint;
        this.spec = spec;
        // Loops begin at different ones: with few connections each, all addresses are used.
        this.sources = SourceAddresses.of(spec.sources(), endpoint.address(), loop.index());
    }

    UpstreamSocketSpec spec() {
        return spec;
    }

    /** The address for the next connection; null for what the kernel chooses. */
    @Nullable InetSocketAddress next(UpstreamUser user) {
        if (spec.transparent()) {
            InetAddress client = user.clientAddress();
            return client == null ? null : new InetSocketAddress(client, 0);
        }
        return sources.next(loop.nowNanos());
    }

    /** The address for the next UDP socket; null for what the kernel chooses. */
    @Nullable InetSocketAddress nextOfDatagrams() {
        return sources.next(loop.nowNanos());
    }

    /** As {@link #triesNext} for a UDP socket. */
    boolean triesNextOfDatagrams(@Nullable InetSocketAddress from, int tried, Throwable cause) {
        return triesNext(from, tried, LocalFault.ofDatagrams(cause));
    }

    /** Whether a connection can come from there to the endpoint at all. */
    boolean reaches(@Nullable InetSocketAddress from) {
        return from == null
                || from.getAddress().getClass() == endpoint.address().getAddress().getClass();
    }

    /**
     * Whether another address is worth a try.
     *
     * @param tried so many were, this one included
     */
    boolean triesNext(@Nullable InetSocketAddress from, int tried, Throwable cause) {
        return triesNext(from, tried, LocalFault.of(cause, from != null));
    }

    private boolean triesNext(@Nullable InetSocketAddress from, int tried, LocalFault fault) {
        if (from != null && fault == LocalFault.ADDRESS_MISSING) {
            sources.missing(from, loop.nowNanos());
        }
        return fault != LocalFault.NONE && tried < sources.count();
    }

    /** What was wrong here with a connection that failed. */
    LocalFault fault(Throwable cause) {
        return LocalFault.of(cause, spec.transparent() || sources.count() > 0);
    }

    /** Tells an operator what is wrong here and what helps; now and then. */
    void log(LocalFault fault) {
        long now = loop.nowNanos();
        if (logged && now - loggedNanos < LOG_NANOS) {
            return;
        }
        logged = true;
        loggedNanos = now;
        var addresses = new StringJoiner(", ");
        for (InetAddress source : spec.sources()) {
            addresses.add(source.getHostAddress());
        }
        String from = addresses.toString();
        if (fault == LocalFault.ADDRESS_MISSING) {
            log.warn(
                    "event=source-address-missing cluster={} endpoint={} problem=\"none of"
                            + " sourceAddresses ({}) is an address of this node: add one to an"
                            + " interface, or to the cluster\"",
                    endpoint.cluster(),
                    endpoint.addressText(),
                    from);
            return;
        }
        log.warn(
                "event=ports-exhausted cluster={} endpoint={} problem=\"no local port is left"
                    + " towards this endpoint from {}: give the cluster (more) sourceAddresses or"
                    + " endpoints, or widen net.ipv4.ip_local_port_range; net.ipv4.tcp_tw_reuse=1"
                    + " frees ports of closed TCP connections sooner\"",
                endpoint.cluster(),
                endpoint.addressText(),
                from.isEmpty() ? "this node's address" : from);
    }
}
