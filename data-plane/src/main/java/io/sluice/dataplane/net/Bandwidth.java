package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/**
 * The limits of a live listener's bytes, over all loops. The same object for as long as the
 * listener is; safe from any thread, its loops' ends each on its loop.
 */
public final class Bandwidth {
    private final PerLoop<OnLoop> onLoop;
    private final SharedBudget upstream;
    private final SharedBudget downstream;

    /** No limits yet. */
    public Bandwidth(EventLoops loops) {
        long now = loops.at(0).preciseNanos();
        this.upstream = new SharedBudget(now);
        this.downstream = new SharedBudget(now);
        this.onLoop = PerLoop.create(loops, OnLoop::new);
    }

    /** What a loop has of it. */
    public OnLoop on(Loop loop) {
        return onLoop.at(loop);
    }

    /** Its end on one loop. */
    public final class OnLoop {
        private final Loop loop;
        private final BandwidthShare upstreamShare;
        private final BandwidthShare downstreamShare;
        private final ShapedDatagrams.Budget waiting = new ShapedDatagrams.Budget();
        private BandwidthSpec spec = BandwidthSpec.NONE;

        private OnLoop(Loop loop) {
            this.loop = loop;
            this.upstreamShare = new BandwidthShare(loop, upstream);
            this.downstreamShare = new BandwidthShare(loop, downstream);
        }

        /**
         * What holds from now on: each connection's own limits for new ones, the listener's for all
         * that had one when they began.
         */
        public void apply(BandwidthSpec wanted) {
            spec = wanted;
            upstream.change(wanted.listenerUpstream());
            downstream.change(wanted.listenerDownstream());
        }

        /** The limits of a new connection; null for none. */
        public @Nullable Shaping newShaping() {
            if (spec.equals(BandwidthSpec.NONE)) {
                return null;
            }
            return new Shaping(
                    shaper(spec.connectionUpstream(), upstreamShare),
                    shaper(spec.connectionDownstream(), downstreamShare));
        }

        /**
         * The limits of a new UDP session; null for none.
         *
         * @param toEndpoint takes what may pass upstream, valid within the call
         * @param toClient the other way
         */
        public @Nullable DatagramShaping newDatagramShaping(
                Consumer<ByteBuf> toEndpoint, Consumer<ByteBuf> toClient) {
            Shaping shaping = newShaping();
            return shaping == null
                    ? null
                    : new DatagramShaping(shaping, waiting, toEndpoint, toClient);
        }

        private @Nullable Shaper shaper(BandwidthSpec.@Nullable Rate own, BandwidthShare share) {
            boolean shared = share.limited();
            return own == null && !shared ? null : new Shaper(loop, own, shared ? share : null);
        }
    }
}
