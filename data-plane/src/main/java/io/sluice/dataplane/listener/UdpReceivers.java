package io.sluice.dataplane.listener;

import io.netty.buffer.ByteBuf;
import io.sluice.dataplane.l4.udp.DownstreamSocket;
import io.sluice.dataplane.net.Arrival;
import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.PerLoop;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Which listener the clients of a UDP address are for, on each loop, and whether any are there. */
final class UdpReceivers {
    private final EventLoops loops;
    private final Runnable onEmpty;
    private final PerLoop<OnLoop> onLoop;
    private final AtomicInteger busy = new AtomicInteger();
    private final AtomicInteger serving = new AtomicInteger();

    /**
     * @param onEmpty told on a loop when the last session over all loops ended
     */
    UdpReceivers(EventLoops loops, Runnable onEmpty) {
        this.loops = loops;
        this.onEmpty = onEmpty;
        this.onLoop = PerLoop.create(loops, loop -> new OnLoop());
    }

    OnLoop at(Loop loop) {
        return onLoop.at(loop);
    }

    /**
     * From now on this listener's; on the loop.
     *
     * @return whether reading is to begin: at the first listener of the loop, or where loops share
     *     a socket, of the last loop
     */
    boolean serve(Loop loop, Listener.OnLoop listener) {
        OnLoop receiver = onLoop.at(loop);
        receiver.listener = listener;
        receiver.latest = listener;
        if (receiver.reading) {
            return false;
        }
        receiver.reading = true;
        int count = serving.incrementAndGet();
        return loops.reusePort() || count == loops.count();
    }

    /**
     * Whether what is bound later is to be read for this loop at once: it has had a listener, or
     * where loops share a socket, all have. On the loop.
     */
    boolean reading(Loop loop) {
        return loops.reusePort() ? onLoop.at(loop).reading : serving.get() == loops.count();
    }

    /** Nobody takes new clients any more; completes when every loop knows. */
    CompletableFuture<Void> leave() {
        return loops.onEach(loop -> onLoop.at(loop).listener = null);
    }

    /** Whether there are sessions. */
    boolean busy() {
        return busy.get() > 0;
    }

    /** Of the loop's thread. */
    final class OnLoop implements DownstreamSocket.Usage {
        private Listener.@Nullable OnLoop listener;

        /** The same, or the one that left: its open sessions are sent to as before. */
        private Listener.@Nullable OnLoop latest;

        private boolean reading;

        void received(DownstreamSocket socket, InetSocketAddress peer, ByteBuf datagram) {
            Listener.OnLoop last = latest;
            Arrival arrival = last == null ? null : last.arrival(peer, datagram);
            if (arrival == null || socket.received(arrival.clientOr(peer), peer, datagram)) {
                return;
            }
            Listener.OnLoop current = listener;
            if (current != null) {
                current.received(socket, peer, arrival, datagram);
            }
        }

        @Override
        public void sendFailed() {
            Listener.OnLoop last = latest;
            if (last != null) {
                last.datagramDropped();
            }
        }

        @Override
        public void begins() {
            busy.incrementAndGet();
        }

        @Override
        public void ends() {
            if (busy.decrementAndGet() == 0) {
                onEmpty.run();
            }
        }
    }
}
