package io.sluice.dataplane.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelConfig;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.SocketChannelConfig;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** The options of a {@link TcpChannel}; those of the socket are asked of the kernel each time. */
final class TcpChannelConfig extends EpollChannelConfig implements SocketChannelConfig {
    private static final int SOL_SOCKET = 1;
    private static final int IPPROTO_TCP = 6;

    /** Where the kernel has an option, of all those whose value is a number or a switch. */
    private record Place(int level, int name, boolean isSwitch) {}

    private static final Map<ChannelOption<?>, Place> PLACES = new HashMap<>();

    static {
        PLACES.put(ChannelOption.TCP_NODELAY, new Place(IPPROTO_TCP, 1, true));
        PLACES.put(EpollChannelOption.TCP_CORK, new Place(IPPROTO_TCP, 3, true));
        PLACES.put(EpollChannelOption.TCP_KEEPIDLE, new Place(IPPROTO_TCP, 4, false));
        PLACES.put(EpollChannelOption.TCP_KEEPINTVL, new Place(IPPROTO_TCP, 5, false));
        PLACES.put(EpollChannelOption.TCP_KEEPCNT, new Place(IPPROTO_TCP, 6, false));
        PLACES.put(EpollChannelOption.TCP_QUICKACK, new Place(IPPROTO_TCP, 12, true));
        PLACES.put(EpollChannelOption.TCP_USER_TIMEOUT, new Place(IPPROTO_TCP, 18, false));
        PLACES.put(ChannelOption.TCP_FASTOPEN_CONNECT, new Place(IPPROTO_TCP, 30, true));
        PLACES.put(ChannelOption.SO_REUSEADDR, new Place(SOL_SOCKET, 2, true));
        PLACES.put(ChannelOption.SO_SNDBUF, new Place(SOL_SOCKET, 7, false));
        PLACES.put(ChannelOption.SO_RCVBUF, new Place(SOL_SOCKET, 8, false));
        PLACES.put(ChannelOption.SO_KEEPALIVE, new Place(SOL_SOCKET, 9, true));
        PLACES.put(EpollChannelOption.IP_TRANSPARENT, new Place(0, 19, true));
        PLACES.put(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, new Place(0, 24, true));
    }

    private final TcpReads reads;
    private volatile boolean allowHalfClosure;

    TcpChannelConfig(TcpChannel channel) {
        super(channel);
        reads = new TcpReads(channel, this);
        super.setRecvByteBufAllocator(reads);
    }

    TcpReads reads() {
        return reads;
    }

    @Override
    @SuppressWarnings("unchecked") // Each option's type is known.
    public <T> T getOption(ChannelOption<T> option) {
        if (option.equals(ChannelOption.ALLOW_HALF_CLOSURE)) {
            return (T) Boolean.valueOf(allowHalfClosure);
        }
        if (option.equals(ChannelOption.SO_LINGER)) {
            return (T) Integer.valueOf(getSoLinger());
        }
        if (option.equals(ChannelOption.IP_TOS)) {
            return (T) Integer.valueOf(getTrafficClass());
        }
        Place place = PLACES.get(option);
        if (place == null) {
            return super.getOption(option);
        }
        int value = get(place);
        return (T) (place.isSwitch() ? (Object) (value != 0) : (Object) value);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        validate(option, value);
        if (option.equals(ChannelOption.ALLOW_HALF_CLOSURE)) {
            allowHalfClosure = (Boolean) value;
            return true;
        }
        if (option.equals(ChannelOption.SO_LINGER)) {
            setSoLinger((Integer) value);
            return true;
        }
        if (option.equals(ChannelOption.IP_TOS)) {
            setTrafficClass((Integer) value);
            return true;
        }
        Place place = PLACES.get(option);
        if (place == null) {
            return super.setOption(option, value);
        }
        set(place, value instanceof Boolean on ? (on ? 1 : 0) : (Integer) value);
        return true;
    }

    private int get(Place place) {
        try {
            return socket().getIntOpt(place.level(), place.name());
        } catch (IOException e) {
            throw new ChannelException(e);
        }
    }

    private void set(Place place, int value) {
        try {
            socket().setIntOpt(place.level(), place.name(), value);
        } catch (IOException e) {
            throw new ChannelException(e);
        }
    }

    private void set(ChannelOption<?> option, int value) {
        Place place = PLACES.get(option);
        if (place == null) {
            throw new IllegalArgumentException("no place of " + option);
        }
        set(place, value);
    }

    @Override
    public boolean isTcpNoDelay() {
        return getOption(ChannelOption.TCP_NODELAY);
    }

    @Override
    public TcpChannelConfig setTcpNoDelay(boolean on) {
        set(ChannelOption.TCP_NODELAY, on ? 1 : 0);
        return this;
    }

    @Override
    public int getSoLinger() {
        try {
            return socket().getSoLinger();
        } catch (IOException e) {
            throw new ChannelException(e);
        }
    }

    @Override
    public TcpChannelConfig setSoLinger(int seconds) {
        try {
            socket().setSoLinger(seconds);
        } catch (IOException e) {
            throw new ChannelException(e);
        }
        return this;
    }

    @Override
    public int getSendBufferSize() {
        return getOption(ChannelOption.SO_SNDBUF);
    }

    @Override
    public TcpChannelConfig setSendBufferSize(int bytes) {
        set(ChannelOption.SO_SNDBUF, bytes);
        return this;
    }

    @Override
    public int getReceiveBufferSize() {
        return getOption(ChannelOption.SO_RCVBUF);
    }

    @Override
    public TcpChannelConfig setReceiveBufferSize(int bytes) {
        set(ChannelOption.SO_RCVBUF, bytes);
        return this;
    }

    @Override
    public boolean isKeepAlive() {
        return getOption(ChannelOption.SO_KEEPALIVE);
    }

    @Override
    public TcpChannelConfig setKeepAlive(boolean on) {
        set(ChannelOption.SO_KEEPALIVE, on ? 1 : 0);
        return this;
    }

    @Override
    public int getTrafficClass() {
        try {
            return socket().getTrafficClass();
        } catch (IOException e) {
            throw new ChannelException(e);
        }
    }

    @Override
    public TcpChannelConfig setTrafficClass(int trafficClass) {
        try {
            socket().setTrafficClass(trafficClass);
        } catch (IOException e) {
            throw new ChannelException(e);
        }
        return this;
    }

    @Override
    public boolean isReuseAddress() {
        return getOption(ChannelOption.SO_REUSEADDR);
    }

    @Override
    public TcpChannelConfig setReuseAddress(boolean on) {
        set(ChannelOption.SO_REUSEADDR, on ? 1 : 0);
        return this;
    }

    @Override
    public TcpChannelConfig setPerformancePreferences(int time, int latency, int bandwidth) {
        return this;
    }

    @Override
    public boolean isAllowHalfClosure() {
        return allowHalfClosure;
    }

    @Override
    public TcpChannelConfig setAllowHalfClosure(boolean allow) {
        allowHalfClosure = allow;
        return this;
    }

    @Override
    public TcpChannelConfig setConnectTimeoutMillis(int millis) {
        super.setConnectTimeoutMillis(millis);
        return this;
    }

    @Override
    @Deprecated
    public TcpChannelConfig setMaxMessagesPerRead(int messages) {
        super.setMaxMessagesPerRead(messages);
        return this;
    }

    @Override
    public TcpChannelConfig setWriteSpinCount(int count) {
        super.setWriteSpinCount(count);
        return this;
    }

    @Override
    public TcpChannelConfig setAllocator(ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    @Override
    public TcpChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public TcpChannelConfig setAutoRead(boolean on) {
        super.setAutoRead(on);
        return this;
    }

    @Override
    public TcpChannelConfig setAutoClose(boolean on) {
        super.setAutoClose(on);
        return this;
    }

    @Override
    public TcpChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }

    @Override
    public TcpChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark mark) {
        super.setWriteBufferWaterMark(mark);
        return this;
    }
}
