package io.sluice.dataplane.l4.udp;

import io.netty.buffer.ByteBuf;
import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.WeightedClusters;
import io.sluice.dataplane.l4.SourceAffinity;
import io.sluice.dataplane.net.Bandwidth;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.Timer;
import io.sluice.dataplane.telemetry.AccessLog;
import io.sluice.dataplane.telemetry.FlowScan;
import io.sluice.dataplane.telemetry.ListenerMeter;
import io.sluice.dataplane.telemetry.LoopMeters;
import io.sluice.dataplane.telemetry.RouteMeter;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/**
 * What a UDP listener is on one event loop: where its sessions go, meters, and the sessions it
 * serves. Every method is called on the loop.
 *
 * <p>At the bound a new client takes the place of the oldest session that is not established: a
 * flood from ports that never listen to replies displaces itself. A loop that has none to displace
 * asks the others. Established is a session whose client sent again after a reply, which one with a
 * forged address cannot.
 */
public final class UdpServing {
    private static final Logger log = LoggerFactory.getLogger(UdpServing.class);
    private static final long LOG_INTERVAL_NANOS = 10_000_000_000L;

    /** How long a place got from another loop is kept for a client that comes again. */
    private static final long GRANT_NANOS = 1_000_000_000L;

    /** What it is made from. */
    public record Context(
            Loop loop,
            String listener,
            Bandwidth.OnLoop bandwidth,
            LoopMeters meters,
            AccessLog accessLog,
            InstantSource clock,
            SessionLimit limit) {}

    private final Context context;
    private final ListenerMeter meter;
    private final UnreachableEndpoints unreachable;
    private final HeldDatagrams.Budget held = new HeldDatagrams.Budget();
    private final SessionList unestablished = new SessionList();
    private final SessionList established = new SessionList();
    private final Timer grantTimer;
    private Map<Cluster, RouteMeter> routeMeters = new HashMap<>();
    private UdpSpec spec;
    private boolean handingOn;
    private boolean asking;
    private boolean granted;
    private boolean logged;
    private long loggedNanos;

    /** Serves nothing yet. */
    public UdpServing(Context context, UdpSpec spec) {
        this.context = context;
        this.meter = context.meters().listener(context.listener());
        this.unreachable = new UnreachableEndpoints(context.loop());
        this.grantTimer = context.loop().newTimer(this::dropGrant);
        this.spec = spec;
        apply(spec);
    }

    /** What holds from the next session on; those open keep what they have. */
    public void apply(UdpSpec changed) {
        spec = changed;
        Map<Cluster, RouteMeter> next = new HashMap<>();
        for (WeightedClusters.Share share : changed.clusters().shares()) {
            next.put(share.cluster(), routeMeter(share.cluster()));
        }
        routeMeters = next;
    }

    private RouteMeter routeMeter(Cluster cluster) {
        return context.meters().route("", "listener:" + context.listener(), cluster.name());
    }

    /**
     * A datagram from a client that has no session there.
     *
     * @param datagram valid within this call; the caller releases it
     */
    public void received(DownstreamSocket socket, Newcomer client, ByteBuf datagram) {
        if (!begin()) {
            meter.datagramsDropped++;
            client.left().run();
            return;
        }
        SourceAffinity affinity = spec.affinity();
        Cluster cluster =
                spec.clusters()
                        .pick(
                                affinity == null
                                        ? context.loop().random64()
                                        : affinity.value64(client.bytes()));
        RouteMeter routeMeter = routeMeters.computeIfAbsent(cluster, this::routeMeter);
        var session = new UdpSession(this, socket, client, cluster, routeMeter, spec);
        unestablished.add(session);
        socket.add(session, !spec.perDatagram());
        session.start(datagram);
    }

    private boolean begin() {
        if (granted) {
            granted = false;
            context.limit().succeeded();
            return true;
        }
        if (context.limit().tryBegin()) {
            return true;
        }
        if (giveUpOldest()) {
            context.limit().succeeded();
            return true;
        }
        context.limit().refused();
        // All places are with other loops; this client's next datagram finds one.
        if (!asking) {
            asking = true;
            grantTimer.arm(GRANT_NANOS);
            context.limit().askOthers();
        }
        return false;
    }

    /**
     * Ends the oldest session that is not established and keeps its place counted, for whoever
     * asked. Given back, another loop could take it, and one that lost all of its places that way
     * had nothing left to displace.
     *
     * @return false if there is no such session
     */
    public boolean giveUpOldest() {
        handingOn = true;
        boolean displaced = displaceOldest();
        handingOn = false;
        return displaced;
    }

    /** Another loop gave a place. */
    public void granted() {
        if (granted) {
            context.limit().ended();
            return;
        }
        granted = true;
        grantTimer.arm(GRANT_NANOS);
    }

    private void dropGrant() {
        asking = false;
        if (granted) {
            granted = false;
            context.limit().ended();
        }
    }

    /** Ends the oldest session that is not established, for a new one. */
    boolean displaceOldest() {
        UdpSession oldest = unestablished.oldest();
        if (oldest == null) {
            return false;
        }
        meter.sessionsDisplaced++;
        oldest.end(Failure.OVER_LIMIT);
        return true;
    }

    /** There is no socket for a new session. */
    void outOfSockets(Throwable cause) {
        long now = context.loop().nowNanos();
        if (logged && now - loggedNanos < LOG_INTERVAL_NANOS) {
            return;
        }
        logged = true;
        loggedNanos = now;
        log.warn(
                "event=session-failed listener={} problem=\"{}\"",
                context.listener(),
                cause.toString());
    }

    /** Shows every session. */
    public void visit(FlowScan scan) {
        unestablished.visit(scan);
        established.visit(scan);
    }

    /** Ends every session now. */
    public void cut() {
        dropGrant();
        endAll(unestablished);
        endAll(established);
    }

    private static void endAll(SessionList sessions) {
        UdpSession session = sessions.oldest();
        while (session != null) {
            session.end(Failure.DRAINING);
            session = sessions.oldest();
        }
    }

    void establish(UdpSession session) {
        SessionList.remove(session);
        established.add(session);
    }

    void ended(UdpSession session) {
        SessionList.remove(session);
        if (!handingOn) {
            context.limit().ended();
        }
    }

    Context context() {
        return context;
    }

    Loop loop() {
        return context.loop();
    }

    ListenerMeter meter() {
        return meter;
    }

    HeldDatagrams.Budget held() {
        return held;
    }

    UnreachableEndpoints unreachable() {
        return unreachable;
    }

    @Nullable UdpSession oldestUnestablished() {
        return unestablished.oldest();
    }
}
