package io.sluice.dataplane.l4.tcp;

import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.WeightedClusters;
import io.sluice.dataplane.net.Arrival;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.telemetry.AccessLog;
import io.sluice.dataplane.telemetry.ListenerMeter;
import io.sluice.dataplane.telemetry.LoopMeters;
import io.sluice.dataplane.telemetry.RouteMeter;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a TCP listener is on one event loop: where its connections go, meters, and the connections
 * it serves. Every method is called on the loop.
 */
public final class TcpServing {
    private final Loop loop;
    private final String listener;
    private final LoopMeters meters;
    private final AccessLog accessLog;
    private final InstantSource clock;
    private final ListenerMeter listenerMeter;

    // Bounded by the connection limits, which the caller keeps.
    private final Set<TcpConnection> connections = new HashSet<>();
    private Map<Cluster, RouteMeter> routeMeters = new HashMap<>();
    private TcpSpec spec;

    /** Serves nothing yet. */
    public TcpServing(
            Loop loop,
            String listener,
            TcpSpec spec,
            LoopMeters meters,
            AccessLog accessLog,
            InstantSource clock) {
        this.loop = loop;
        this.listener = listener;
        this.spec = spec;
        this.meters = meters;
        this.accessLog = accessLog;
        this.clock = clock;
        this.listenerMeter = meters.listener(listener);
        apply(spec);
    }

    /** What holds from the next connection on; those open keep what they have. */
    public void apply(TcpSpec changed) {
        spec = changed;
        Map<Cluster, RouteMeter> next = new HashMap<>();
        for (WeightedClusters.Share share : changed.clusters().shares()) {
            next.put(share.cluster(), routeMeter(share.cluster()));
        }
        routeMeters = next;
    }

    private RouteMeter routeMeter(Cluster cluster) {
        return meters.route("", "listener:" + listener, cluster.name());
    }

    /**
     * Takes a connection just accepted, with auto-read off. The caller has counted it and releases
     * its limits when the channel closes.
     */
    public void accepted(SocketChannel channel, Arrival arrival) {
        Cluster cluster = spec.clusters().pick(loop.random64());
        RouteMeter routeMeter = routeMeters.computeIfAbsent(cluster, this::routeMeter);
        var connection =
                new TcpConnection(
                        this, loop, channel, arrival, cluster, routeMeter, spec.idleTimeoutNanos());
        connections.add(connection);
        connection.start();
    }

    /** Closes every connection now. */
    public void cut() {
        List<TcpConnection> open = new ArrayList<>(connections);
        open.forEach(connection -> connection.cut(Failure.DRAINING));
    }

    /** Connections open now. */
    public int connections() {
        return connections.size();
    }

    String listener() {
        return listener;
    }

    ListenerMeter listenerMeter() {
        return listenerMeter;
    }

    AccessLog accessLog() {
        return accessLog;
    }

    InstantSource clock() {
        return clock;
    }

    void ended(TcpConnection connection) {
        connections.remove(connection);
    }
}
