package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/** The limits of one UDP session, both ways. Of its loop's thread. */
public final class DatagramShaping {
    private final Shaping shaping;
    private final @Nullable ShapedDatagrams upstream;
    private final @Nullable ShapedDatagrams downstream;

    /**
     * @param toEndpoint takes what may pass upstream, valid within the call
     * @param toClient the other way
     */
    DatagramShaping(
            Shaping shaping,
            ShapedDatagrams.Budget budget,
            Consumer<ByteBuf> toEndpoint,
            Consumer<ByteBuf> toClient) {
        this.shaping = shaping;
        this.upstream = of(shaping.upstream, budget, toEndpoint);
        this.downstream = of(shaping.downstream, budget, toClient);
    }

    private static @Nullable ShapedDatagrams of(
            @Nullable Shaper shaper, ShapedDatagrams.Budget budget, Consumer<ByteBuf> pass) {
        return shaper == null ? null : new ShapedDatagrams(shaper, budget, pass);
    }

    /** Null where they pass as they come. */
    public @Nullable ShapedDatagrams upstream() {
        return upstream;
    }

    /** Null where they pass as they come. */
    public @Nullable ShapedDatagrams downstream() {
        return downstream;
    }

    /**
     * The session is over.
     *
     * @return how many datagrams waited, and are gone
     */
    public int stop() {
        shaping.stop();
        return stop(upstream) + stop(downstream);
    }

    private static int stop(@Nullable ShapedDatagrams way) {
        if (way == null) {
            return 0;
        }
        int waiting = way.waiting();
        way.stop();
        return waiting;
    }
}
