package io.sluice.dataplane.cluster.health;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.sluice.dataplane.cluster.endpoint.UpstreamProtocol;
import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.LocalFault;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.SocketTuning;
import io.sluice.dataplane.net.SourceAddresses;
import io.sluice.dataplane.net.Timer;
import io.sluice.dataplane.tls.ClientTls;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/** One probe of one endpoint: connects, asks, judges, and says so once. */
final class ProbeAttempt extends ChannelInboundHandlerAdapter {
    // "HTTP/1.1 200": what has to be seen to judge.
    private static final int STATUS_LINE_BYTES = 12;

    private final HealthCheckSpec spec;
    private final Probe probe;
    private final InetSocketAddress address;
    private final String addressText;
    private final Consumer<@Nullable String> result;
    private final Timer timer;
    private final byte[] statusLine = new byte[STATUS_LINE_BYTES];
    private int statusLineBytes;
    private @Nullable Http2Probe http2;
    private boolean judged;
    private @Nullable SocketChannel channel;

    /**
     * @param result gets why it failed, an empty text if it passed, null if this node could not ask
     */
    ProbeAttempt(
            Loop loop,
            HealthCheckSpec spec,
            InetSocketAddress address,
            String addressText,
            Consumer<@Nullable String> result) {
        this.spec = spec;
        this.probe = spec.probe();
        this.address = address;
        this.addressText = addressText;
        this.result = result;
        boolean overHttp2 =
                probe instanceof Probe.Http http && http.protocol() == UpstreamProtocol.H2;
        this.http2 = overHttp2 ? new Http2Probe() : null;
        this.timer = loop.newTimer(this::timedOut);
    }

    void start(EventLoops loops, Loop loop) {
        timer.arm(spec.timeoutNanos());
        SocketChannel opened;
        try {
            opened = loops.newChannel(address);
        } catch (ChannelException e) {
            judge("no socket: " + e.getMessage());
            return;
        }
        channel = opened;
        opened.config().setConnectTimeoutMillis(0);
        SocketTuning.mark(opened, address, spec.sockets().socket().dscp());
        opened.pipeline().addLast(this);
        var _ = loop.eventLoop().register(opened);
        InetSocketAddress from = source(loop);
        if (from != null) {
            SocketTuning.comingFrom(opened);
        }
        (from == null ? opened.connect(address) : opened.connect(address, from))
                .addListener(
                        connected -> {
                            if (connected.isSuccess()) {
                                secure(opened);
                            } else {
                                connectFailed(connected.cause(), from != null);
                            }
                        });
    }

    private @Nullable InetSocketAddress source(Loop loop) {
        List<InetAddress> sources = spec.sockets().sources();
        return sources.isEmpty()
                ? null
                : SourceAddresses.of(sources, address, (int) loop.random64()).next(loop.nowNanos());
    }

    private void connectFailed(@Nullable Throwable cause, boolean bound) {
        if (LocalFault.of(cause, bound) == LocalFault.NONE) {
            judge(messageOf(cause));
            return;
        }
        // Nobody was asked: the endpoint is what it was.
        judge(null);
    }

    private void secure(SocketChannel connected) {
        spec.proxy().begin(connected, null);
        ClientTls tls = spec.tls();
        if (tls == null) {
            ask(connected);
            return;
        }
        SslHandler handler = tls.start(connected, address, 0);
        handler.handshakeFuture()
                .addListener(
                        agreed -> {
                            if (agreed.isSuccess()) {
                                choose(handler.applicationProtocol());
                                ask(connected);
                            } else {
                                judge("TLS: " + messageOf(agreed.cause()));
                            }
                        });
    }

    private void choose(@Nullable String agreed) {
        boolean open = probe instanceof Probe.Http http && http.protocol() == UpstreamProtocol.AUTO;
        if (open && UpstreamProtocol.ALPN_H2.equals(agreed)) {
            http2 = new Http2Probe();
        }
    }

    /** Ends it without a result. */
    void abandon() {
        judged = true;
        close();
    }

    private void ask(SocketChannel connected) {
        switch (probe) {
            case Probe.Tcp tcp -> judge("");
            case Probe.Http http -> {
                var _ = connected.writeAndFlush(request(http));
            }
        }
    }

    private ByteBuf request(Probe.Http http) {
        String host = http.host().isEmpty() ? addressText : http.host();
        if (http2 != null) {
            return Http2Probe.request(http.path(), host);
        }
        String head =
                "GET "
                        + http.path()
                        + " HTTP/1.1\r\nHost: "
                        + host
                        + "\r\nUser-Agent: sluice-health\r\nConnection: close\r\n\r\n";
        return Unpooled.copiedBuffer(head, StandardCharsets.UTF_8);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (http2 != null) {
            String verdict = judged ? null : http2.take(bytes);
            bytes.release();
            if (verdict != null) {
                judge(verdict);
                // Nothing says that the server closes now, and it was asked for one answer only.
                close();
            }
            return;
        }
        int count = Math.min(bytes.readableBytes(), STATUS_LINE_BYTES - statusLineBytes);
        bytes.readBytes(statusLine, statusLineBytes, count);
        bytes.release();
        statusLineBytes += count;
        if (statusLineBytes == STATUS_LINE_BYTES && !judged) {
            judgeStatus();
        }
    }

    private void judgeStatus() {
        String line = new String(statusLine, StandardCharsets.ISO_8859_1);
        if (!line.startsWith("HTTP/1.") || line.charAt(8) != ' ') {
            judge("not an HTTP answer");
            return;
        }
        judge(line.charAt(9) == '2' ? "" : "status " + line.substring(9));
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        timer.cancel();
        judge("closed without an answer");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        judge(messageOf(cause));
    }

    private void timedOut() {
        judge("timeout");
        close();
    }

    private void judge(@Nullable String failure) {
        if (judged) {
            return;
        }
        judged = true;
        boolean answering = "".equals(failure) && probe instanceof Probe.Http && channel != null;
        if (!answering) {
            close();
        }
        // An HTTP answer is read to its end, until the server closes or the timeout: closing now
        // would be a
        // reset in its log at each check.
        result.accept(failure);
    }

    private void close() {
        timer.cancel();
        if (channel != null) {
            var _ = channel.close();
        }
    }

    private static String messageOf(@Nullable Throwable cause) {
        String message = cause == null ? null : cause.getMessage();
        if (message == null) {
            return "connection failed";
        }
        // Each transport words it differently, around the system's own text.
        if (message.contains("refused")) {
            return "connection refused";
        }
        if (message.contains("reset")) {
            return "connection reset";
        }
        return message;
    }
}
