package io.sluice.dataplane.tls;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;

import java.io.IOException;

/**
 * Stands behind the TLS handler and lets its connection look like one in the clear: a close_notify
 * is the end of the input, an end without one is a broken connection, and what is wrong with
 * records comes as an {@link IOException}. Bytes do not pass it.
 */
public final class TlsEdgeHandler extends ChannelInboundHandlerAdapter {
    private boolean inputEnded;

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == SslCloseCompletionEvent.SUCCESS) {
            if (!inputEnded) {
                inputEnded = true;
                ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            }
            return;
        }
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            if (!inputEnded) {
                inputEnded = true;
                ctx.fireExceptionCaught(new IOException("ended without close_notify"));
            }
            return;
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Throwable inner = cause.getCause();
        ctx.fireExceptionCaught(
                cause instanceof DecoderException && inner instanceof IOException ? inner : cause);
    }
}
