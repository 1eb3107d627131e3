package io.sluice.dataplane.net;

import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SingleThreadIoEventLoop;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Netty's event loop, except that it ends behind its sockets: each is closed, its handlers have
 * heard of it, and on io_uring the kernel has given back the buffer it was to read into.
 *
 * <p>Netty 4.2.18 closes none where its end begins while tasks run, and then or on io_uring takes
 * no tasks any more when the handlers should hear.
 */
final class ClosingEventLoop extends SingleThreadIoEventLoop {
    private static final int ROUNDS_MAX = 100;
    private static final long ROUND_MILLIS_MAX = 10;

    ClosingEventLoop(IoEventLoopGroup group, Executor executor, IoHandlerFactory ioHandlers) {
        super(group, executor, ioHandlers);
    }

    @Override
    protected void run() {
        super.run();
        closeSockets();
        for (int i = 0; i < ROUNDS_MAX && registeredChannels() > 0; i++) {
            // So that waiting for the kernel ends.
            var _ = schedule(() -> {}, ROUND_MILLIS_MAX, TimeUnit.MILLISECONDS);
            runIo();
            closeSockets();
        }
    }

    // Also those that handlers open as they hear that others close.
    private void closeSockets() {
        ioHandler().prepareToDestroy();
        runAllTasks();
    }
}
