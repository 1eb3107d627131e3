package io.sluice.controlplane.api;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that request bodies may take in all. A body counts with the length it declares, from
 * before its first byte to the end of the answer; one that comes too slowly is cut.
 */
final class BodyBudget {
    /** Heads without a length count as the longest body: few clients send those. */
    static final long BODIES_BYTES_MAX = 64L * 1024 * 1024;

    private static final long BODY_MILLIS_MAX = 30_000;

    private final AtomicLong taken = new AtomicLong();
    private final Responder responder;
    private final long bodyBytesMax;

    BodyBudget(Responder responder, long bodyBytesMax) {
        this.responder = responder;
        this.bodyBytesMax = bodyBytesMax;
    }

    void admit(RoutingContext context) {
        HttpServerRequest request = context.request();
        long bytes = declared(request);
        if (bytes > bodyBytesMax) {
            context.next(); // refused unread
            return;
        }
        if (taken.addAndGet(bytes) > BODIES_BYTES_MAX) {
            taken.addAndGet(-bytes);
            responder.send(
                    context,
                    Reply.refused(503, "BUSY", "too many large requests are under way")
                            .with("Retry-After", "1")
                            .with("Connection", "close"));
            return;
        }
        long timer =
                context.vertx()
                        .setTimer(
                                BODY_MILLIS_MAX,
                                fired -> {
                                    if (!request.isEnded()) {
                                        request.connection().close();
                                    }
                                });
        context.addEndHandler(
                ended -> {
                    context.vertx().cancelTimer(timer);
                    taken.addAndGet(-bytes);
                });
        context.next();
    }

    private long declared(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        if (length == null) {
            return request.getHeader("Transfer-Encoding") == null ? 0 : bodyBytesMax;
        }
        // The codec has refused what is no number; longer than a long is too long anyway.
        return length.length() > 18 ? Long.MAX_VALUE : Long.parseLong(length.strip());
    }
}
