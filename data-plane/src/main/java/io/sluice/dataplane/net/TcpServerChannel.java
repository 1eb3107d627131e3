package io.sluice.dataplane.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.AbstractEpollServerChannel;
import io.netty.channel.epoll.EpollChannelConfig;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.ServerSocketChannelConfig;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.NativeInetAddress;
import io.netty.channel.unix.UnixChannelOption;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** A listening socket on epoll whose connections are {@link TcpChannel}s. */
final class TcpServerChannel extends AbstractEpollServerChannel implements ServerSocketChannel {
    private final Config config = new Config(this);

    TcpServerChannel(SocketProtocolFamily family) {
        super(LinuxSocket.newSocketStream(family), false);
    }

    @Override
    protected void doBind(SocketAddress address) throws Exception {
        super.doBind(address);
        socket.listen(config.backlog);
        active = true;
    }

    @Override
    protected Channel newChildChannel(int descriptor, byte[] address, int offset, int length) {
        return new TcpChannel(this, descriptor, NativeInetAddress.address(address, offset, length));
    }

    @Override
    public @Nullable InetSocketAddress localAddress() {
        return (InetSocketAddress) super.localAddress();
    }

    @Override
    public @Nullable InetSocketAddress remoteAddress() {
        return null;
    }

    @Override
    public Config config() {
        return config;
    }

    /** Its options; what the kernel lets connections inherit is set here once. */
    static final class Config extends EpollChannelConfig implements ServerSocketChannelConfig {
        private static final int BACKLOG = 128;
        private volatile int backlog = BACKLOG;

        private Config(TcpServerChannel channel) {
            super(channel, new ServerChannelRecvByteBufAllocator());
        }

        @Override
        public <T> boolean setOption(ChannelOption<T> option, T value) {
            validate(option, value);
            try {
                if (option.equals(UnixChannelOption.SO_REUSEPORT)) {
                    socket().setReusePort((Boolean) value);
                    return true;
                }
                if (option.equals(ChannelOption.TCP_NODELAY)) {
                    socket().setTcpNoDelay((Boolean) value);
                    return true;
                }
                if (option.equals(ChannelOption.SO_REUSEADDR)) {
                    socket().setReuseAddress((Boolean) value);
                    return true;
                }
                if (option.equals(ChannelOption.SO_RCVBUF)) {
                    socket().setReceiveBufferSize((Integer) value);
                    return true;
                }
                if (option.equals(ChannelOption.SO_BACKLOG)) {
                    backlog = (Integer) value;
                    return true;
                }
                return super.setOption(option, value);
            } catch (IOException e) {
                throw new ChannelException(e);
            }
        }

        @Override
        public int getBacklog() {
            return backlog;
        }

        @Override
        public Config setBacklog(int connections) {
            backlog = connections;
            return this;
        }

        @Override
        public boolean isReuseAddress() {
            try {
                return socket().isReuseAddress();
            } catch (IOException e) {
                throw new ChannelException(e);
            }
        }

        @Override
        public Config setReuseAddress(boolean on) {
            setOption(ChannelOption.SO_REUSEADDR, on);
            return this;
        }

        @Override
        public int getReceiveBufferSize() {
            try {
                return socket().getReceiveBufferSize();
            } catch (IOException e) {
                throw new ChannelException(e);
            }
        }

        @Override
        public Config setReceiveBufferSize(int bytes) {
            setOption(ChannelOption.SO_RCVBUF, bytes);
            return this;
        }

        @Override
        public Config setPerformancePreferences(int time, int latency, int bandwidth) {
            return this;
        }

        @Override
        public Config setConnectTimeoutMillis(int millis) {
            super.setConnectTimeoutMillis(millis);
            return this;
        }

        @Override
        @Deprecated
        public Config setMaxMessagesPerRead(int messages) {
            super.setMaxMessagesPerRead(messages);
            return this;
        }

        @Override
        public Config setWriteSpinCount(int count) {
            super.setWriteSpinCount(count);
            return this;
        }

        @Override
        public Config setAllocator(ByteBufAllocator allocator) {
            super.setAllocator(allocator);
            return this;
        }

        @Override
        public Config setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
            super.setRecvByteBufAllocator(allocator);
            return this;
        }

        @Override
        public Config setAutoRead(boolean on) {
            super.setAutoRead(on);
            return this;
        }

        @Override
        public Config setMessageSizeEstimator(MessageSizeEstimator estimator) {
            super.setMessageSizeEstimator(estimator);
            return this;
        }

        @Override
        @Deprecated
        public Config setWriteBufferHighWaterMark(int bytes) {
            super.setWriteBufferHighWaterMark(bytes);
            return this;
        }

        @Override
        @Deprecated
        public Config setWriteBufferLowWaterMark(int bytes) {
            super.setWriteBufferLowWaterMark(bytes);
            return this;
        }

        @Override
        public Config setWriteBufferWaterMark(WriteBufferWaterMark mark) {
            super.setWriteBufferWaterMark(mark);
            return this;
        }
    }
}
