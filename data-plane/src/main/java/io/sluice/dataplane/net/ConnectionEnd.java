package io.sluice.dataplane.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;

/** How a connection ends, in the clear or in TLS. On the channel's loop. */
public final class ConnectionEnd {
    private ConnectionEnd() {}

    /**
     * Ends our side, in TLS by a close_notify, and lets the other side go on; behind everything
     * that was flushed.
     */
    public static ChannelFuture endOutput(DuplexChannel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            return channel.shutdownOutput();
        }
        ChannelPromise done = channel.newPromise();
        tls.closeOutbound()
                .addListener(
                        notified -> {
                            var _ = channel.shutdownOutput(done);
                        });
        return done;
    }

    /** Whether the peer has ended its side. */
    public static boolean inputEnded(DuplexChannel channel) {
        if (channel.isInputShutdown()) {
            return true;
        }
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        return tls != null && tls.engine().isInboundDone();
    }

    /**
     * Whether a peer that has ended its side can still be sent something. In TLS by BoringSSL it
     * cannot: Netty's engine ends its own side with the peer's, as RFC 5246 section 7.2.1 demands
     * although RFC 8446 section 6.1 does not.
     */
    public static boolean answersEndedInput(DuplexChannel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        return tls == null || !(tls.engine() instanceof ReferenceCountedOpenSslEngine);
    }

    /**
     * Closes it with a reset: an orderly end would look complete to whoever reads until the close.
     * TLS is not asked, since its close_notify would be such an end.
     */
    public static void reset(Channel channel) {
        if (channel.isOpen()) {
            try {
                channel.config().setOption(ChannelOption.SO_LINGER, 0);
            } catch (ChannelException e) {
                // Gone in the meantime: nobody is left to be reset.
            }
        }
        abandon(channel);
    }

    /** Closes it at once, whatever is still to be written. */
    public static void abandon(Channel channel) {
        channel.unsafe().close(channel.newPromise());
    }
}
