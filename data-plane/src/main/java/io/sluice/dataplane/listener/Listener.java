package io.sluice.dataplane.listener;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.l4.udp.DownstreamSocket;
import io.sluice.dataplane.l4.udp.Newcomer;
import io.sluice.dataplane.l4.udp.SessionLimit;
import io.sluice.dataplane.net.Arrival;
import io.sluice.dataplane.net.Bandwidth;
import io.sluice.dataplane.net.ConnectionLimit;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.PerLoop;
import io.sluice.dataplane.net.SocketSpec;
import io.sluice.dataplane.telemetry.FlowScan;
import io.sluice.dataplane.telemetry.ListenerMeter;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * A live listener: what serves it on each loop, and how many connections it has. The same object
 * for as long as a listener of this name and protocol is configured, whatever its address;
 * afterwards until its last connection is gone, and further if it is configured again by then.
 */
final class Listener {
    private final String name;
    private final ListenersContext context;
    private final ConnectionLimit limit;
    private final Admission admission;
    private final Bandwidth bandwidth;
    private final PerLoop<OnLoop> onLoop;

    // Where it is reached now; of the control loop, read by all.
    private volatile ListenerAddresses addresses = ListenerAddresses.NONE;

    // What it was told last to serve; of the thread that prepares changes.
    private ListenerProtocol protocol;

    Listener(String name, ListenerProtocol protocol, ListenersContext context) {
        this.name = name;
        this.protocol = protocol;
        this.context = context;
        this.admission = new Admission(context.nodeClients());
        this.limit = new ConnectionLimit(protocol.connectionsMax());
        this.bandwidth = new Bandwidth(context.loops());
        this.onLoop = PerLoop.create(context.loops(), OnLoop::new);
    }

    String name() {
        return name;
    }

    /** Whether it can become that one without its connections noticing. */
    boolean serves(ListenerSpec spec) {
        return protocol.sameKind(spec.protocol());
    }

    /** The networks of clients that were refused most. */
    List<ClientTable.Offender> offenders(int countMax) {
        return admission.offenders(countMax);
    }

    /** All loops have switched to this. */
    void committed(ListenerProtocol applied) {
        protocol = applied;
    }

    /** Where it is reached, as committed. */
    ListenerAddresses addresses() {
        return addresses;
    }

    /** It is reached there from now on. */
    void reachedAt(ListenerAddresses now) {
        addresses = now;
    }

    /** Connections open, over all loops. */
    int connections() {
        return limit.open();
    }

    OnLoop on(Loop loop) {
        return onLoop.at(loop);
    }

    /** The listener on one loop. Of the loop's thread. */
    final class OnLoop implements SessionLimit {
        private final Loop loop;
        private final ListenerMeter meter;
        private @Nullable Serving serving;
        private @Nullable ConnectionInitializer initializer;
        private SocketSpec socket = SocketSpec.USUAL;
        private @Nullable UdpEntrance entrance;
        private boolean draining;

        OnLoop(Loop loop) {
            this.loop = loop;
            this.meter = context.meters().at(loop).listener(name);
        }

        void apply(ListenerSpec spec) {
            ListenerProtocol wanted = spec.protocol();
            EarlySpec early = spec.early();
            socket = spec.socket();
            bandwidth.on(loop).apply(spec.bandwidth());
            limit.changeMax(wanted.connectionsMax());
            admission.apply(early.access());
            Serving current = serving;
            if (current == null) {
                Serving fresh = context.newServing(loop, name, wanted, bandwidth.on(loop), this);
                serving = fresh;
                var first =
                        new ConnectionInitializer(
                                name, loop, context, meter, admission, fresh, bandwidth.on(loop));
                first.apply(early);
                initializer = first;
                var udp = new UdpEntrance(loop, meter, admission, first.log());
                udp.apply(early);
                entrance = udp;
                if (draining) {
                    fresh.drain();
                }
                return;
            }
            current.apply(wanted);
            if (initializer != null) {
                initializer.apply(early);
            }
            if (entrance != null) {
                entrance.apply(early);
            }
        }

        /** The options of its sockets now. */
        SocketSpec socket() {
            return socket;
        }

        void drain() {
            draining = true;
            if (serving != null) {
                serving.drain();
            }
        }

        void undrain() {
            draining = false;
            if (serving != null) {
                serving.undrain();
            }
        }

        void visit(FlowScan scan) {
            if (!scan.wants(name)) {
                return;
            }
            scan.leaving(context.departures().at(loop).of(Listener.this));
            if (initializer != null) {
                initializer.visit(scan);
            }
            if (serving != null) {
                serving.visit(scan);
            }
        }

        void cut() {
            if (initializer != null) {
                initializer.cut();
            }
            if (serving != null) {
                serving.cut();
            }
        }

        /** The end: who comes after it finds nobody, as io_uring may read on for a moment. */
        void close() {
            cut();
            entrance = null;
        }

        /** Takes a connection from its socket, not registered yet, or closes it over a limit. */
        void accept(SocketChannel channel) {
            ConnectionInitializer current = initializer;
            if (current == null || !acquire()) {
                meter.connectionsRefused++;
                channel.unsafe().closeForcibly();
                return;
            }
            begin();
            channel.closeFuture().addListener(closed -> released());
            SocketOptions.ofClient(channel, socket);
            var _ = loop.eventLoop().register(channel);
            current.accepted(channel);
        }

        /** What a datagram says of its client; null if it is to be dropped. */
        @Nullable Arrival arrival(InetSocketAddress peer, ByteBuf datagram) {
            UdpEntrance current = entrance;
            return current == null ? Arrival.PLAIN : current.arrival(peer, datagram);
        }

        /** A datagram of a client that has no session. */
        void received(
                DownstreamSocket socket,
                InetSocketAddress peer,
                Arrival arrival,
                ByteBuf datagram) {
            if (!(serving instanceof Serving.Udp udp) || entrance == null) {
                return;
            }
            Newcomer client = entrance.admit(peer, arrival);
            if (client != null) {
                udp.serving().received(socket, client, datagram);
            }
        }

        /** A datagram got lost on this node. */
        void datagramDropped() {
            meter.datagramsDropped++;
        }

        @Override
        public void refused() {
            meter.connectionsRefused++;
        }

        @Override
        public boolean tryBegin() {
            if (!acquire()) {
                return false;
            }
            begin();
            return true;
        }

        @Override
        public void succeeded() {
            meter.connectionsAccepted++;
        }

        @Override
        public void ended() {
            released();
        }

        @Override
        public void askOthers() {
            for (Loop other : context.loops().all()) {
                if (other != loop) {
                    OnLoop there = onLoop.at(other);
                    other.execute(() -> there.giveTo(this));
                }
            }
        }

        private void giveTo(OnLoop asking) {
            if (serving instanceof Serving.Udp udp && udp.serving().giveUpOldest()) {
                meter.connectionsOpen--;
                asking.loop.execute(asking::granted);
            }
        }

        private void granted() {
            meter.connectionsOpen++;
            if (serving instanceof Serving.Udp udp) {
                udp.serving().granted();
            } else {
                released();
            }
        }

        private void begin() {
            meter.connectionsAccepted++;
            meter.connectionsOpen++;
        }

        private boolean acquire() {
            if (!context.nodeLimit().tryAcquire()) {
                return false;
            }
            if (limit.tryAcquire()) {
                return true;
            }
            context.nodeLimit().release();
            return false;
        }

        private void released() {
            meter.connectionsOpen--;
            limit.release();
            context.nodeLimit().release();
        }
    }
}
