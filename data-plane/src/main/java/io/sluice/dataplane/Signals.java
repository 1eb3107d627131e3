package io.sluice.dataplane;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the operating system says to the process: SIGTERM and SIGINT drain it, a second one cuts
 * what is left; SIGHUP and SIGUSR1 open the access log again.
 */
final class Signals {
    private final Node node;
    private final AtomicInteger terms = new AtomicInteger();
    private final CountDownLatch ended = new CountDownLatch(1);

    private Signals(Node node) {
        this.node = node;
    }

    /** Listens from now on. */
    static Signals install(Node node) {
        Signals signals = new Signals(node);
        OsSignal.handle("TERM", () -> signals.term());
        OsSignal.handle("INT", () -> signals.term());
        OsSignal.handle("HUP", () -> node.reopenAccessLog());
        OsSignal.handle("USR1", () -> node.reopenAccessLog());
        return signals;
    }

    /** Blocks until the node has ended after a signal; the exit code. */
    int awaitEnd() {
        try {
            ended.await();
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private void term() {
        if (terms.incrementAndGet() == 1) {
            // Draining takes long; the thread of signals must stay free for the second one.
            Thread.ofPlatform()
                    .name("sluice-stop")
                    .start(
                            () -> {
                                node.stop();
                                ended.countDown();
                            });
        } else {
            node.cut();
        }
    }
}
