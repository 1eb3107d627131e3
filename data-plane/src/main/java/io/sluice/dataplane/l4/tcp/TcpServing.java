package io.sluice.dataplane.l4.tcp;

import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.net.Arrival;
import io.sluice.dataplane.net.Bandwidth;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.LingeringClose;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.Phase;
import io.sluice.dataplane.net.Shaping;
import io.sluice.dataplane.telemetry.AccessLog;
import io.sluice.dataplane.telemetry.AccessRecord;
import io.sluice.dataplane.telemetry.FlowScan;
import io.sluice.dataplane.telemetry.ListenerMeter;
import io.sluice.dataplane.telemetry.LoopMeters;

import org.jspecify.annotations.Nullable;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a TCP listener is on one event loop: where its connections go, meters, and the connections
 * it serves. Every method is called on the loop.
 */
public final class TcpServing {
    private final Loop loop;
    private final String listener;
    private final Bandwidth.OnLoop bandwidth;
    private final LoopMeters meters;
    private final AccessLog accessLog;
    private final InstantSource clock;
    private final ListenerMeter listenerMeter;

    // Bounded by the connection limits, which the caller keeps.
    private final Set<TcpConnection> connections = new HashSet<>();
    private List<RuleOnLoop> rules = List.of();
    private TcpSpec spec;

    /** Serves nothing yet. */
    public TcpServing(
            Loop loop,
            String listener,
            TcpSpec spec,
            Bandwidth.OnLoop bandwidth,
            LoopMeters meters,
            AccessLog accessLog,
            InstantSource clock) {
        this.loop = loop;
        this.bandwidth = bandwidth;
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
        List<RuleOnLoop> next = new ArrayList<>(changed.rules().size());
        for (TcpRule rule : changed.rules()) {
            next.add(new RuleOnLoop(listener, rule, meters));
        }
        rules = next;
    }

    /**
     * Takes a connection just accepted, with auto-read off. The caller has counted it and releases
     * its limits when the channel closes.
     */
    public void accepted(SocketChannel channel, Arrival arrival) {
        var client = TcpClient.of(channel, arrival);
        byte[] address = client.bytes();
        RuleOnLoop rule = rule(client);
        if (rule == null) {
            refuse(client);
            return;
        }
        var connection = new TcpConnection(this, loop, client, rule, rule.value64(loop, address));
        connections.add(connection);
        connection.start();
    }

    /** Whether a rule takes such a connection. */
    public boolean takes(SocketChannel channel, Arrival arrival) {
        return rule(TcpClient.of(channel, arrival)) != null;
    }

    private @Nullable RuleOnLoop rule(TcpClient client) {
        byte[] address = client.bytes();
        for (RuleOnLoop rule : rules) {
            if (rule.rule().match().holds(address, client.localPort(), client.arrival())) {
                return rule;
            }
        }
        return null;
    }

    /** No rule takes it. */
    private void refuse(TcpClient client) {
        listenerMeter.requestsRefused++;
        if (accessLog.enabled()) {
            accessLog.write(
                    new AccessRecord(
                            clock.millis(),
                            listener,
                            "",
                            "",
                            "",
                            "",
                            client.text(),
                            "",
                            "",
                            "",
                            0,
                            Failure.NO_ROUTE.name(),
                            Phase.ROUTE.name(),
                            0,
                            0,
                            0,
                            0,
                            ""));
        }
        LingeringClose.start(loop, client.channel());
    }

    /** Closes every connection now. */
    public void cut() {
        List<TcpConnection> open = new ArrayList<>(connections);
        open.forEach(connection -> connection.cut(Failure.DRAINING));
    }

    /** Shows every connection. */
    public void visit(FlowScan scan) {
        connections.forEach(scan::see);
    }

    /** Connections open now. */
    public int connections() {
        return connections.size();
    }

    @Nullable Shaping newShaping() {
        return bandwidth.newShaping();
    }

    TcpSpec spec() {
        return spec;
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
