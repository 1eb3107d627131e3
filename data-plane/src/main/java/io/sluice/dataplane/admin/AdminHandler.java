package io.sluice.dataplane.admin;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Answers one admin request after the other on a connection. */
final class AdminHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(AdminHandler.class);
    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final NodeDoor door;
    private final HostCheck hostCheck;

    AdminHandler(NodeDoor door, HostCheck hostCheck) {
        this.door = door;
        this.hostCheck = hostCheck;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        boolean keepAlive = HttpUtil.isKeepAlive(request) && request.decoderResult().isSuccess();
        Reply to = new Reply(ctx, keepAlive, request.method().equals(HttpMethod.HEAD));
        if (request.decoderResult().isFailure()) {
            to.send(HttpResponseStatus.BAD_REQUEST, TEXT, "not an HTTP request\n");
            return;
        }
        String refusal = hostCheck.refuse(request);
        if (refusal != null) {
            to.send(HttpResponseStatus.FORBIDDEN, TEXT, refusal + "\n");
            return;
        }
        route(request, to);
    }

    private void route(FullHttpRequest request, Reply to) {
        String path = request.uri().split("\\?", 2)[0];
        boolean known = true;
        switch (path) {
            case "/healthz", "/readyz", "/metrics", "/config" -> {
                if (!request.method().equals(HttpMethod.GET)
                        && !request.method().equals(HttpMethod.HEAD)) {
                    to.notAllowed("GET, HEAD");
                    return;
                }
            }
            case "/drain", "/undrain" -> {
                if (!request.method().equals(HttpMethod.POST)) {
                    to.notAllowed("POST");
                    return;
                }
            }
            default -> known = false;
        }
        if (!known) {
            to.send(
                    HttpResponseStatus.NOT_FOUND,
                    TEXT,
                    "there are /healthz /readyz /metrics /config /drain /undrain\n");
            return;
        }
        switch (path) {
            case "/healthz" -> to.send(HttpResponseStatus.OK, TEXT, "ok\n");
            case "/readyz" -> ready(to);
            case "/metrics" -> later(door.metrics(), PROMETHEUS, to);
            case "/config" -> later(door.config(), JSON, to);
            default -> drain(path.equals("/drain"), to);
        }
    }

    private void ready(Reply to) {
        List<String> reasons = door.reasonsNotReady();
        if (reasons.isEmpty()) {
            to.send(HttpResponseStatus.OK, JSON, "{\"ready\":true,\"reasons\":[]}\n");
            return;
        }
        StringBuilder json = new StringBuilder("{\"ready\":false,\"reasons\":[");
        for (int i = 0; i < reasons.size(); i++) {
            json.append(i == 0 ? "\"" : ",\"");
            json.append(JsonStringEncoder.getInstance().quoteAsString(reasons.get(i))).append('"');
        }
        to.send(HttpResponseStatus.SERVICE_UNAVAILABLE, JSON, json.append("]}\n").toString());
    }

    private void drain(boolean draining, Reply to) {
        NodeDoor.DrainStatus status = door.wish(draining);
        String json =
                "{\"draining\":"
                        + status.draining()
                        + ",\"drained\":"
                        + status.drained()
                        + ",\"connections\":"
                        + status.connections()
                        + "}\n";
        to.send(HttpResponseStatus.OK, JSON, json);
    }

    private static void later(CompletionStage<String> body, String contentType, Reply to) {
        var _ =
                body.whenComplete(
                        (text, failure) ->
                                to.ctx()
                                        .executor()
                                        .execute(
                                                () -> {
                                                    if (failure != null) {
                                                        LOG.error("event=admin-failed", failure);
                                                        to.send(
                                                                HttpResponseStatus
                                                                        .INTERNAL_SERVER_ERROR,
                                                                TEXT,
                                                                "failed; the node's log says"
                                                                        + " why\n");
                                                    } else {
                                                        to.send(
                                                                HttpResponseStatus.OK,
                                                                contentType,
                                                                text);
                                                    }
                                                }));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.debug("event=admin-connection-failed", cause);
        }
        var _ = ctx.close();
    }

    /** Where one answer goes. */
    private record Reply(ChannelHandlerContext ctx, boolean keepAlive, boolean head) {
        void send(HttpResponseStatus status, String contentType, String body) {
            send(status, contentType, body, null);
        }

        void notAllowed(String methods) {
            send(HttpResponseStatus.METHOD_NOT_ALLOWED, TEXT, "use " + methods + "\n", methods);
        }

        private void send(
                HttpResponseStatus status,
                String contentType,
                String body,
                @Nullable String allow) {
            ByteBuf bytes = Unpooled.wrappedBuffer(body.getBytes(StandardCharsets.UTF_8));
            FullHttpResponse response =
                    new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1, status, head ? Unpooled.EMPTY_BUFFER : bytes);
            response.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, contentType)
                    .set(HttpHeaderNames.CONTENT_LENGTH, bytes.readableBytes())
                    .set(HttpHeaderNames.CACHE_CONTROL, "no-store");
            if (allow != null) {
                response.headers().set(HttpHeaderNames.ALLOW, allow);
            }
            if (!keepAlive) {
                response.headers().set(HttpHeaderNames.CONNECTION, "close");
            }
            var sent = ctx.writeAndFlush(response);
            if (!keepAlive) {
                sent.addListener(ChannelFutureListener.CLOSE);
            }
        }
    }
}
