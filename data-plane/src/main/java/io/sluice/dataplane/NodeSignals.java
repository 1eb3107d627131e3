package io.sluice.dataplane;

import io.sluice.proto.options.Signals;

import java.util.concurrent.CountDownLatch;

/**
 * What the operating system says to the process: SIGTERM and SIGINT drain it, a second one cuts
 * what is left; SIGHUP and SIGUSR1 open the access log again.
 */
final class NodeSignals {
    private final Node node;
    private final CountDownLatch ended = new CountDownLatch(1);

    private NodeSignals(Node node) {
        this.node = node;
    }

    /** Listens from now on. */
    static NodeSignals install(Node node) {
        NodeSignals signals = new NodeSignals(node);
        Signals.handle(signals::stop, node::cut);
        Signals.handle("HUP", node::reopenAccessLog);
        Signals.handle("USR1", node::reopenAccessLog);
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

    private void stop() {
        // Draining takes long; the thread of signals must stay free for the second one.
        Thread.ofPlatform()
                .name("sluice-stop")
                .start(
                        () -> {
                            node.stop();
                            ended.countDown();
                        });
    }
}
