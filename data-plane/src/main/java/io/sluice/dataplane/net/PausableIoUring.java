package io.sluice.dataplane.net;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.util.concurrent.ThreadAwareExecutor;

/**
 * Netty's io_uring with one change to what a socket hears from the kernel: never POLLRDHUP. On that
 * event Netty reads all that the kernel holds, paused or not, which is megabytes per connection for
 * a peer that writes, ends and meets a slow reader. The end is seen by reading, as on other
 * transports.
 *
 * <p>Netty asks for that event once per connection, by an operation that cannot be told from others
 * before it is submitted; so its completion is replaced by one that says it was cancelled.
 */
final class PausableIoUring implements IoHandlerFactory {
    private static final byte IORING_OP_POLL_ADD = 6;
    private static final int POLLIN = 0x1;
    private static final int POLLOUT = 0x4;
    private static final int POLLRDHUP = 0x2000;
    private static final int ECANCELED = 125;

    /** Says that other polls of the socket go on: Netty takes any cancelled one for all. */
    private static final int IORING_CQE_F_MORE = 1 << 1;

    private final IoHandlerFactory ring = IoUringIoHandler.newFactory();

    @Override
    public IoHandler newHandler(ThreadAwareExecutor executor) {
        return new Io(ring.newHandler(executor));
    }

    @Override
    public boolean isChangingThreadSupported() {
        return ring.isChangingThreadSupported();
    }

    private record Io(IoHandler ring) implements IoHandler {
        @Override
        public void initialize() {
            ring.initialize();
        }

        @Override
        public int run(IoHandlerContext context) {
            return ring.run(context);
        }

        @Override
        public void prepareToDestroy() {
            ring.prepareToDestroy();
        }

        @Override
        public void destroy() {
            ring.destroy();
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            return ring.register(new Handle((IoUringIoHandle) handle));
        }

        @Override
        public void wakeup() {
            ring.wakeup();
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> handleType) {
            return ring.isCompatible(handleType);
        }
    }

    @SuppressWarnings("try") // Netty declares close() so; nothing closes it as a resource.
    private record Handle(IoUringIoHandle socket) implements IoUringIoHandle {
        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            var completion = (IoUringIoEvent) event;
            if (completion.opcode() == IORING_OP_POLL_ADD
                    && completion.res() > 0
                    && (completion.res() & POLLRDHUP) != 0) {
                socket.handle(registration, withoutTheEnd(completion));
                return;
            }
            socket.handle(registration, event);
        }

        // The kernel says POLLRDHUP to every poll; the one that asked for it says nothing of input
        // or output.
        private static IoUringIoEvent withoutTheEnd(IoUringIoEvent completion) {
            int others = completion.res() & ~POLLRDHUP;
            if ((others & (POLLIN | POLLOUT)) != 0) {
                return new IoUringIoEvent(
                        others, completion.flags(), IORING_OP_POLL_ADD, completion.userData());
            }
            return new IoUringIoEvent(
                    -ECANCELED, IORING_CQE_F_MORE, IORING_OP_POLL_ADD, completion.userData());
        }

        @Override
        public void registered() {
            socket.registered();
        }

        @Override
        public void unregistered() {
            socket.unregistered();
        }

        @Override
        public void close() throws Exception {
            socket.close();
        }
    }
}
