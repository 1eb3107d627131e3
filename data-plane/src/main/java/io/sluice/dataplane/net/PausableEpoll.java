package io.sluice.dataplane.net;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.ThreadAwareExecutor;

/**
 * Netty's epoll, which looks for events again before the loop does what they have led to, as long
 * as there are any: the writes of multiplexed connections wait for that, and so carry more each.
 * Reads those of {@link PacedReads} at their time. With two changes to what a socket asks the
 * kernel for:
 *
 * <ul>
 *   <li>Never EPOLLRDHUP: on that event Netty reads all that the kernel holds, paused or not, which
 *       is megabytes per connection for a peer that writes, ends and meets a slow reader. The end
 *       is seen by reading, as on other transports.
 *   <li>Never nothing: Netty 4.2.13 to 4.2.18 (since pull request 16689) then takes the socket out
 *       of epoll, and asking for something later fails with ENOENT, so that a half-closed
 *       connection breaks as soon as it has to wait to write. In place of nothing it asks for edges
 *       only, which wakes once at most.
 * </ul>
 */
final class PausableEpoll implements IoHandlerFactory {
    /** Each brings what came while the events before were handled. */
    private static final int MORE_LOOKS_MAX = 3;

    private final IoHandlerFactory epoll = EpollIoHandler.newFactory();

    @Override
    public IoHandler newHandler(ThreadAwareExecutor executor) {
        return new Io(
                epoll.newHandler(executor),
                new SharedReadBuffer(),
                new PacedSockets(System::nanoTime));
    }

    @Override
    public boolean isChangingThreadSupported() {
        return epoll.isChangingThreadSupported();
    }

    /**
     * Handles events, and while that leaves the loop with something to do, those that came
     * meanwhile; returns how many.
     */
    static int handle(IoHandler events, IoHandlerContext context) {
        int handled = events.run(context);
        int last = handled;
        for (int i = 0; i < MORE_LOOKS_MAX && last > 0 && !context.canBlock(); i++) {
            last = events.run(context);
            handled += last;
        }
        return handled;
    }

    private record Io(IoHandler epoll, SharedReadBuffer largeReads, PacedSockets paced)
            implements IoHandler {
        @Override
        public void initialize() {
            epoll.initialize();
        }

        @Override
        public int run(IoHandlerContext context) {
            if (paced.isEmpty()) {
                return handle(epoll, context);
            }
            return handle(epoll, paced.bound(context)) + paced.readDue();
        }

        @Override
        public void prepareToDestroy() {
            epoll.prepareToDestroy();
        }

        @Override
        public void destroy() {
            epoll.destroy();
            largeReads.close();
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            var socket = new EpollSocket((EpollIoHandle) handle, largeReads, paced);
            socket.registeredAs(epoll.register(socket));
            return socket;
        }

        @Override
        public void wakeup() {
            epoll.wakeup();
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> handleType) {
            return epoll.isCompatible(handleType);
        }
    }
}
