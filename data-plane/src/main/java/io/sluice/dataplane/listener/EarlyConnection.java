package io.sluice.dataplane.listener;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.sluice.dataplane.net.Arrival;
import io.sluice.dataplane.net.ConnectionEnd;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.LingeringClose;
import io.sluice.dataplane.net.ProxyHeaderReader;
import io.sluice.dataplane.net.ProxyTlvs;
import io.sluice.dataplane.net.Timer;
import io.sluice.dataplane.tls.ClientHello;
import io.sluice.dataplane.tls.ServerTls;
import io.sluice.dataplane.tls.TlsEdgeHandler;
import io.sluice.dataplane.tls.TlsHandshakes;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * A connection from accept until its protocol takes it: reads the PROXY header, gathers the
 * ClientHello, chooses the certificate, and lets TLS agree. One timeout covers all of it; what
 * fails is logged in the phase HANDSHAKE. Of its loop's thread.
 *
 * <p>Stays the last handler of the pipeline all the time: first for the bytes, then for what TLS
 * says.
 */
final class EarlyConnection extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(EarlyConnection.class);

    private final ConnectionInitializer initializer;
    private final SocketChannel channel;
    private final Timer timer;
    private final long startMillis;
    private final long startNanos;
    private @Nullable ByteBuf gathered;
    private String serverName = "";
    private boolean encrypted;
    private @Nullable InetSocketAddress client;
    private ProxyTlvs proxyTlvs = ProxyTlvs.NONE;
    private boolean proxyWanted;
    private long bytesIn;
    private boolean handshaking;
    private boolean over;

    EarlyConnection(ConnectionInitializer initializer, SocketChannel channel) {
        this.initializer = initializer;
        this.channel = channel;
        this.timer = initializer.loop().newTimer(this::expired);
        this.startMillis = initializer.clock().millis();
        this.startNanos = initializer.loop().preciseNanos();
    }

    void start() {
        proxyWanted = initializer.spec().proxy() != null;
        channel.pipeline().addLast(this);
        timer.arm(initializer.spec().timeoutNanos());
        channel.config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (over || handshaking) {
            bytes.release();
            return;
        }
        bytesIn += bytes.readableBytes();
        ByteBuf before = gathered;
        // Copied together: a hello comes in one piece, but for clients that want to hurt.
        ByteBuf all = before == null ? bytes : append(ctx, before, bytes);
        gathered = all;
        if (proxyWanted && !proxyHeader(all)) {
            return;
        }
        if (!initializer.spec().looksAtHello()) {
            arriveInTheClear(plain());
            return;
        }
        look(all);
    }

    private void look(ByteBuf all) {
        ClientHello hello = initializer.clientHello();
        switch (hello.read(all)) {
            case INCOMPLETE -> {}
            case COMPLETE -> {
                serverName = hello.serverName();
                encrypted = hello.encrypted();
                choose(
                        new Arrival(
                                client,
                                false,
                                "",
                                serverName,
                                hello.protocols(),
                                encrypted,
                                proxyTlvs));
            }
            // Where TLS ends here the library finds what is wrong and says so to the client.
            case BAD -> choose(plain());
        }
    }

    private void choose(Arrival arrival) {
        if (initializer.isPassedThrough(channel, arrival)) {
            ByteBuf rest = takeGathered();
            leave();
            initializer.passedThrough(this, channel, arrival);
            passOn(rest);
        } else if (initializer.spec().tls() != null) {
            terminate(serverName);
        } else if (initializer.spec().hello()) {
            arriveInTheClear(arrival);
        } else {
            close(Failure.NO_ROUTE);
        }
    }

    private Arrival plain() {
        return new Arrival(client, false, "", "", List.of(), false, proxyTlvs);
    }

    /**
     * Takes the header out of the bytes.
     *
     * @return whether the bytes behind it are to be looked at
     */
    private boolean proxyHeader(ByteBuf all) {
        ProxyTrust trust = initializer.spec().proxy();
        ProxyHeaderReader reader = initializer.proxyHeaderReader();
        switch (reader.read(all)) {
            case INCOMPLETE -> {
                return false;
            }
            case COMPLETE -> {
                client = reader.header().source();
                proxyTlvs = reader.header().tlvs();
            }
            case NONE -> {
                if (trust != null && trust.required()) {
                    close(Failure.PROXY_HEADER_MISSING);
                    return false;
                }
            }
            case BAD -> {
                close(Failure.PROXY_HEADER_BAD);
                return false;
            }
        }
        proxyWanted = false;
        InetSocketAddress who = clientOrPeer();
        if (who != null
                && !initializer
                        .admission()
                        .admit(initializer.loop(), who.getAddress().getAddress(), channel)) {
            initializer.meter().connectionsDenied++;
            fail(Failure.ACCESS_DENIED);
            channel.pipeline().remove(this);
            initializer.refuse(channel);
            return false;
        }
        return !initializer.spec().looksAtHello() || all.isReadable();
    }

    private void close(Failure failure) {
        fail(failure);
        channel.pipeline().remove(this);
        LingeringClose.start(initializer.loop(), channel);
    }

    private void arriveInTheClear(Arrival arrival) {
        ByteBuf rest = takeGathered();
        leave();
        initializer.arrived(this, channel, arrival);
        passOn(rest);
    }

    private void leave() {
        over = true;
        timer.cancel();
        channel.pipeline().remove(this);
    }

    private void passOn(ByteBuf rest) {
        if (rest.isReadable()) {
            channel.pipeline().fireChannelRead(rest);
            channel.pipeline().fireChannelReadComplete();
        } else {
            rest.release();
        }
    }

    private @Nullable InetSocketAddress clientOrPeer() {
        InetSocketAddress known = client;
        return known == null ? channel.remoteAddress() : known;
    }

    private static ByteBuf append(ChannelHandlerContext ctx, ByteBuf before, ByteBuf bytes) {
        int size = before.readableBytes() + bytes.readableBytes();
        ByteBuf target = before;
        if (before.maxFastWritableBytes() < bytes.readableBytes()) {
            target = ctx.alloc().buffer(Math.max(2 * size, 4096)).writeBytes(before);
            before.release();
        }
        target.writeBytes(bytes);
        bytes.release();
        return target;
    }

    private void terminate(String name) {
        ServerTls tls = initializer.spec().tls();
        ByteBuf bytes = takeGathered();
        if (tls == null) {
            // The listener has changed to the clear in the meantime.
            bytes.release();
            fail(Failure.HANDSHAKE_FAILED);
            return;
        }
        handshaking = true;
        if (!name.isEmpty() && !tls.has(name)) {
            initializer.meter().serverNameMisses++;
        }
        SslHandler handler = tls.newHandler(channel.alloc(), name);
        channel.pipeline()
                .addFirst(handler)
                .addAfter(channel.pipeline().context(handler).name(), null, new TlsEdgeHandler());
        handler.handshakeFuture().addListener(agreed -> handshaked(handler, agreed.isSuccess()));
        channel.pipeline().fireChannelRead(bytes);
    }

    private ByteBuf takeGathered() {
        ByteBuf bytes = gathered;
        gathered = null;
        return bytes == null ? channel.alloc().buffer(0) : bytes;
    }

    private void handshaked(SslHandler handler, boolean agreed) {
        if (over) {
            return;
        }
        if (!agreed) {
            // TLS closes it, behind the alert that says why.
            fail(channel.isActive() ? Failure.HANDSHAKE_FAILED : Failure.DOWNSTREAM_CLOSED);
            return;
        }
        over = true;
        timer.cancel();
        initializer.meter().handshakes++;
        if (TlsHandshakes.isResumed(handler.engine())) {
            initializer.meter().handshakesResumed++;
        }
        if (handler.engine().getSession().getProtocol().equals("TLSv1.3")) {
            initializer.meter().handshakesTls13++;
        }
        String protocol = handler.applicationProtocol();
        channel.pipeline().remove(this);
        initializer.arrived(
                this,
                channel,
                new Arrival(
                        client,
                        true,
                        protocol == null ? "" : protocol,
                        serverName,
                        List.of(),
                        encrypted,
                        proxyTlvs));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            fail(Failure.DOWNSTREAM_CLOSED);
            ConnectionEnd.abandon(channel);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(Failure.DOWNSTREAM_CLOSED);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            log.error("event=connection-failed listener={}", initializer.listener(), cause);
            fail(Failure.INTERNAL);
            ConnectionEnd.abandon(channel);
            return;
        }
        fail(handshaking ? Failure.HANDSHAKE_FAILED : Failure.DOWNSTREAM_CLOSED);
        var _ = channel.close();
    }

    void cut() {
        fail(Failure.DRAINING);
        ConnectionEnd.abandon(channel);
    }

    private void expired() {
        fail(Failure.HANDSHAKE_TIMEOUT);
        ConnectionEnd.abandon(channel);
    }

    private void fail(Failure failure) {
        if (over) {
            return;
        }
        over = true;
        timer.cancel();
        takeGathered().release();
        initializer.meter().handshakeFailures++;
        if (failure == Failure.HANDSHAKE_TIMEOUT) {
            initializer.meter().handshakeTimeouts++;
        }
        initializer.ended(this);
        initializer
                .log()
                .ended(
                        clientOrPeer(),
                        failure,
                        new EarlyLog.Seen(serverName, startMillis, startNanos, bytesIn));
    }
}
