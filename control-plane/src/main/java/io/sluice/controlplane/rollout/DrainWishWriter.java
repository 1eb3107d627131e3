package io.sluice.controlplane.rollout;

import io.sluice.controlplane.fleet.Fleet;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * Stores what the operators of nodes asked for at the nodes' own doors. Called on the rollout loop;
 * writing may block, so it has a thread of its own, which keeps the order of the wishes.
 */
final class DrainWishWriter {
    private static final Logger log = LoggerFactory.getLogger(DrainWishWriter.class);

    private final Fleet fleet;
    private final Consumer<RolloutEvent> loop;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().name("drain-writer").daemon().factory());

    /**
     * @param loop hears of each wish that was written or refused
     */
    DrainWishWriter(Fleet fleet, Consumer<RolloutEvent> loop) {
        this.fleet = fleet;
        this.loop = loop;
    }

    /** Begins to store a wish, which replaces an older one that is under way. */
    void write(NodeRecord node, DrainStatement wish) {
        boolean again = wish.equals(node.drainWish);
        node.drainWish = wish;
        node.drainWishRefused = false;
        String name = node.hello.node();
        thread.execute(() -> store(name, wish, again));
    }

    /** Begins again if the store refused. */
    void retry(NodeRecord node) {
        DrainStatement refused = node.drainWish;
        if (refused != null && node.drainWishRefused) {
            write(node, refused);
        }
    }

    void close() {
        thread.shutdown();
    }

    private void store(String node, DrainStatement wish, boolean again) {
        boolean stored = false;
        try {
            fleet.setDrained(node, wish.draining());
            stored = true;
        } catch (RuntimeException e) {
            if (!again) {
                log.error("event=drain_wish_not_stored node={}", node, e);
            }
        }
        loop.accept(new RolloutEvent.DrainWishWritten(node, wish, stored));
    }
}
