package io.sluice.dataplane.listener;

import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.l4.tcp.TcpServing;
import io.sluice.dataplane.l4.tcp.TcpSpec;
import io.sluice.dataplane.net.Arrival;
import io.sluice.dataplane.net.Bandwidth;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.ProxyHeaderReader;
import io.sluice.dataplane.telemetry.FlowScan;
import io.sluice.dataplane.telemetry.ListenerMeter;
import io.sluice.dataplane.tls.ClientHello;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What happens to an accepted connection of one listener and loop before its protocol takes it. Of
 * the loop's thread.
 *
 * <p>In this order, and only where the listener wants it: the PROXY header, a look at the
 * ClientHello for those passed through, TLS. A listener that wants none of it costs nothing here:
 * no handler, no object.
 */
final class ConnectionInitializer {
    private final String listener;
    private final Loop loop;
    private final ListenersContext context;
    private final ListenerMeter meter;
    private final Admission admission;
    private final Serving serving;
    private final Bandwidth.OnLoop bandwidth;
    private final EarlyLog log;
    private final ProxyHeaderReader proxyHeaderReader = new ProxyHeaderReader();

    // Bounded by the connection limits, which the caller keeps.
    private final Set<EarlyConnection> early = new HashSet<>();
    private @Nullable ClientHello clientHello;
    private @Nullable TcpServing passthrough;
    private EarlySpec spec = EarlySpec.NONE;

    ConnectionInitializer(
            String listener,
            Loop loop,
            ListenersContext context,
            ListenerMeter meter,
            Admission admission,
            Serving serving,
            Bandwidth.OnLoop bandwidth) {
        this.listener = listener;
        this.loop = loop;
        this.context = context;
        this.meter = meter;
        this.admission = admission;
        this.serving = serving;
        this.bandwidth = bandwidth;
        this.log = new EarlyLog(listener, loop, context.accessLog(), context.clock());
    }

    /** What holds from now on, also for connections whose ClientHello is not complete. */
    void apply(EarlySpec wanted) {
        spec = wanted;
        TcpSpec passed = wanted.passthrough();
        if (passed == null) {
            // What it relays runs on; what it would take is not asked for any more.
            return;
        }
        TcpServing current = passthrough;
        if (current == null) {
            passthrough = context.newTcpServing(loop, listener, passed, bandwidth);
        } else {
            current.apply(passed);
        }
    }

    /** Takes a connection that is registered, active and not being read yet. */
    void accepted(SocketChannel channel) {
        InetSocketAddress peer = channel.remoteAddress();
        if (peer == null) {
            // Reset before io_uring asked whose it is: whatever it sent, nothing is allowed to it.
            var _ = channel.close();
            return;
        }
        if (!admitted(channel, peer)) {
            return;
        }
        if (spec.isNothing()) {
            serving.accepted(channel, Arrival.PLAIN);
            return;
        }
        var connection = new EarlyConnection(this, channel);
        early.add(connection);
        connection.start();
    }

    /** The address that a PROXY header tells is asked for later. */
    private boolean admitted(SocketChannel channel, InetSocketAddress peer) {
        ProxyTrust trust = spec.proxy();
        if (trust == null && admission.open()) {
            return true;
        }
        byte[] address = peer.getAddress().getAddress();
        boolean fine =
                trust == null
                        ? admission.admit(loop, address, channel)
                        : trust.from().contains(address);
        if (!fine) {
            meter.connectionsDenied++;
            log.refused(peer, trust == null ? Failure.ACCESS_DENIED : Failure.PROXY_PEER_UNTRUSTED);
            refuse(channel);
        }
        return fine;
    }

    /** It may not connect. */
    void refuse(SocketChannel channel) {
        admission.refuse(loop, channel, meter);
    }

    /** The protocol takes it. */
    void arrived(EarlyConnection connection, SocketChannel channel, Arrival arrival) {
        early.remove(connection);
        channel.config().setAutoRead(false);
        serving.accepted(channel, arrival);
    }

    /**
     * Whether it is one to be relayed as it is.
     *
     * @param arrival what its first bytes said
     */
    boolean isPassedThrough(SocketChannel channel, Arrival arrival) {
        TcpServing serving = passthrough;
        return spec.passthrough() != null && serving != null && serving.takes(channel, arrival);
    }

    /** Takes one of those. */
    void passedThrough(EarlyConnection connection, SocketChannel channel, Arrival arrival) {
        early.remove(connection);
        channel.config().setAutoRead(false);
        Objects.requireNonNull(passthrough).accepted(channel, arrival);
    }

    /** It did not come so far. */
    void ended(EarlyConnection connection) {
        early.remove(connection);
    }

    /** Shows what is passed through. */
    void visit(FlowScan scan) {
        if (passthrough != null) {
            passthrough.visit(scan);
        }
    }

    /** Closes all that the protocol does not have. */
    void cut() {
        List<EarlyConnection> open = new ArrayList<>(early);
        open.forEach(EarlyConnection::cut);
        if (passthrough != null) {
            passthrough.cut();
        }
    }

    String listener() {
        return listener;
    }

    Loop loop() {
        return loop;
    }

    EarlySpec spec() {
        return spec;
    }

    ListenerMeter meter() {
        return meter;
    }

    EarlyLog log() {
        return log;
    }

    InstantSource clock() {
        return context.clock();
    }

    Admission admission() {
        return admission;
    }

    /** For one look, good until the loop's next event. */
    ProxyHeaderReader proxyHeaderReader() {
        return proxyHeaderReader;
    }

    /** For one look, good until the loop's next event. */
    ClientHello clientHello() {
        ClientHello known = clientHello;
        if (known == null) {
            known = new ClientHello();
            clientHello = known;
        }
        return known;
    }
}
