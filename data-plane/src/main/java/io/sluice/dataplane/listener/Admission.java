package io.sluice.dataplane.listener;

import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.net.ConnectionEnd;
import io.sluice.dataplane.net.LingeringClose;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.Timer;
import io.sluice.dataplane.telemetry.ListenerMeter;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Decides whether a client may connect to one listener, or send to it, and does away with it if
 * not. Shared by the loops; a listener that lets everyone in never asks.
 */
final class Admission {
    private final ClientTable clients = new ClientTable();
    private final NodeClients nodeClients;
    private final AtomicInteger tarpitted = new AtomicInteger();
    private volatile @Nullable AccessSpec spec;

    Admission(NodeClients nodeClients) {
        this.nodeClients = nodeClients;
    }

    void apply(@Nullable AccessSpec wanted) {
        spec = wanted;
    }

    /** Whether everyone may connect. */
    boolean open() {
        return spec == null;
    }

    /** The networks that were refused most, most first. */
    List<ClientTable.Offender> offenders(int countMax) {
        return clients.offenders(countMax);
    }

    /**
     * Lets a client in until its channel closes, unless it may not; on the channel's loop.
     *
     * @param address 4 or 16 bytes
     */
    boolean admit(Loop loop, byte[] address, SocketChannel channel) {
        Admitted admitted = admit(loop, address);
        if (admitted == null) {
            return false;
        }
        if (admitted.isCounted()) {
            channel.closeFuture().addListener(closed -> admitted.run());
        }
        return true;
    }

    /**
     * Lets a client in, unless it may not; on the loop.
     *
     * @param address 4 or 16 bytes
     * @return to be run when it goes; null if it may not
     */
    @Nullable Admitted admit(Loop loop, byte[] address) {
        AccessSpec wanted = spec;
        if (wanted == null) {
            return Admitted.UNCOUNTED;
        }
        ClientLimitsSpec limits = wanted.limits();
        ClientKey key = ClientKey.of(address, limits.ipv4Bits(), limits.ipv6Bits());
        if (!wanted.allows(address)) {
            clients.refused(key);
            return null;
        }
        long now = loop.preciseNanos();
        if (limits.isLimited() && !clients.tryOpen(key, limits, now)) {
            return null;
        }
        Admitted.Place here = limits.isLimited() ? new Admitted.Place(clients, key) : null;
        ClientLimitsSpec onNode = wanted.limitsOnNode();
        if (!onNode.isLimited()) {
            return here == null ? Admitted.UNCOUNTED : new Admitted(here, null);
        }
        ClientTable table = nodeClients.table(onNode);
        ClientKey keyOnNode = ClientKey.of(address, onNode.ipv4Bits(), onNode.ipv6Bits());
        if (!table.tryOpen(keyOnNode, onNode, now)) {
            new Admitted(here, null).run();
            clients.refused(key);
            return null;
        }
        return new Admitted(here, new Admitted.Place(table, keyOnNode));
    }

    /** Does with a registered connection what the listener wants to be done with those refused. */
    void refuse(Loop loop, SocketChannel channel, ListenerMeter meter) {
        AccessSpec wanted = spec;
        AccessSpec.Refusal refusal = wanted == null ? AccessSpec.Refusal.CLOSE : wanted.refusal();
        switch (refusal) {
            case CLOSE -> LingeringClose.start(loop, channel);
            case RESET -> ConnectionEnd.reset(channel);
            case TARPIT -> {
                if (wanted == null || tarpitted.incrementAndGet() > wanted.tarpitMax()) {
                    tarpitted.decrementAndGet();
                    ConnectionEnd.reset(channel);
                    return;
                }
                meter.connectionsTarpitted++;
                tarpit(loop, channel, wanted.tarpitNanos());
            }
        }
    }

    /** Nothing is read meanwhile, so the client's kernel stops sending. */
    private void tarpit(Loop loop, SocketChannel channel, long nanos) {
        channel.config().setAutoRead(false);
        Timer timer = loop.newTimer(() -> ConnectionEnd.reset(channel));
        timer.arm(nanos);
        channel.closeFuture()
                .addListener(
                        closed -> {
                            timer.cancel();
                            tarpitted.decrementAndGet();
                        });
    }
}
