package io.sluice.dataplane.net;

import io.netty.channel.Channel;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.ThreadAwareExecutor;

/**
 * Netty's io_uring with changes to what a socket hears from the kernel.
 *
 * <ul>
 *   <li>Never that the peer ended: on that event Netty reads all that the kernel holds, paused or
 *       not, which is megabytes per connection for a peer that writes, ends and meets a slow
 *       reader. The end is seen by reading, as on other transports.
 *   <li>That it can be written, also where the peer ended: see {@link IoUringSocket}.
 * </ul>
 */
final class PausableIoUring implements IoHandlerFactory {
    private final IoHandlerFactory ring = IoUringIoHandler.newFactory();

    @Override
    public IoHandler newHandler(ThreadAwareExecutor executor) {
        return new Io(ring.newHandler(executor));
    }

    @Override
    public boolean isChangingThreadSupported() {
        return ring.isChangingThreadSupported();
    }

    private record Connection(IoUringSocketChannel channel) implements IoUringSocket.Owner {
        @Override
        public int descriptor() {
            return channel.fd().intValue();
        }

        @Override
        public boolean paused() {
            return channel.isActive()
                    && (!channel.config().isAutoRead() || channel.isInputShutdown());
        }

        @Override
        public void peerReset() {
            PeerReset.tell(channel);
        }
    }

    private static final class Io implements IoHandler {
        private final IoHandler ring;
        private boolean ending;

        private Io(IoHandler ring) {
            this.ring = ring;
        }

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
            // It waits for an answer of the kernel, for which there may be no more to ask.
            if (!ending) {
                ending = true;
                ring.prepareToDestroy();
            }
        }

        @Override
        public void destroy() {
            ring.destroy();
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            if (!(handle instanceof Channel.Unsafe unsafe)
                    || !(unsafe.voidPromise().channel() instanceof IoUringSocketChannel channel)) {
                return ring.register(handle);
            }
            var socket = new IoUringSocket(new Connection(channel), (IoUringIoHandle) handle);
            socket.registeredAs(ring.register(socket));
            return socket;
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
}
