package io.sluice.controlplane.api;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;

import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One client that reads events. Everything but {@link #wake} runs on the event loop of its
 * connection.
 *
 * <p>Only what the client takes is written: the rest stays in the ring. A client that falls behind
 * the ring is cut, so that it comes back and hears of the gap instead of missing events unawares.
 */
final class EventStream {
    private static final Buffer HEARTBEAT = Buffer.buffer(": heartbeat\n\n");

    /** A client that takes nothing for so many heartbeats is cut. */
    private static final int STALLED_HEARTBEATS_MAX = 4;

    private final Vertx vertx;
    private final Context context;
    private final HttpServerResponse response;
    private final HttpConnection connection;
    private final EventRing ring;
    private final Set<String> types;
    private final Runnable reader = this::wake;
    private final AtomicBoolean woken = new AtomicBoolean();
    private long lastId;
    private long heartbeatTimer;
    private int stalledHeartbeats;
    private boolean closed;

    /**
     * @param types names of events to send; empty for all
     */
    EventStream(Vertx vertx, RoutingContext request, EventRing ring, Set<String> types) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.response = request.response();
        this.connection = request.request().connection();
        this.ring = ring;
        this.types = types;
    }

    /**
     * Sends what follows an event, and then all that happens.
     *
     * @param afterId the last event that the client has; {@code newestId} of the ring for none
     */
    void open(long afterId, long heartbeatMillis, Runnable onClose) {
        lastId = afterId;
        response.setChunked(true);
        response.drainHandler(
                drained -> {
                    stalledHeartbeats = 0;
                    pump();
                });
        response.exceptionHandler(failure -> close(onClose));
        response.closeHandler(ended -> close(onClose));
        response.write("retry: 2000\nid: " + lastId + "\n\n");
        beatAfter(heartbeatMillis);
        ring.subscribe(reader);
        if (ring.after(lastId) instanceof EventRing.Next.Lost lost) {
            gap(lost.beforeOldest());
        }
        pump();
    }

    /** Any thread: there may be something new. */
    private void wake() {
        if (woken.compareAndSet(false, true)) {
            context.runOnContext(
                    run -> {
                        woken.set(false);
                        pump();
                    });
        }
    }

    private void pump() {
        while (!closed && !response.writeQueueFull()) {
            switch (ring.after(lastId)) {
                case EventRing.Next.None none -> {
                    return;
                }
                case EventRing.Next.Lost lost -> {
                    cut();
                    return;
                }
                case EventRing.Next.Some(EventRing.Event event) -> {
                    lastId = event.id();
                    if (types.isEmpty() || types.contains(event.name())) {
                        response.write(Buffer.buffer(event.text()));
                    }
                }
            }
        }
    }

    /** Tells that events between two are missing: the client should read the state anew. */
    private void gap(long resumedAfter) {
        String data =
                Json.object()
                        .put("after", lastId)
                        .put("resumedAfter", resumedAfter)
                        .tree()
                        .toCompactJson();
        lastId = resumedAfter;
        response.write("id: " + lastId + "\nevent: gap\ndata: " + data + "\n\n");
    }

    // One after the other: after a pause of the process those missed do not count at once.
    private void beatAfter(long heartbeatMillis) {
        heartbeatTimer =
                vertx.setTimer(
                        heartbeatMillis,
                        tick -> {
                            beatAfter(heartbeatMillis);
                            heartbeat();
                        });
    }

    private void heartbeat() {
        if (!response.writeQueueFull()) {
            stalledHeartbeats = 0;
            response.write(HEARTBEAT);
            return;
        }
        stalledHeartbeats++;
        if (stalledHeartbeats >= STALLED_HEARTBEATS_MAX
                || ring.after(lastId) instanceof EventRing.Next.Lost) {
            cut();
        }
    }

    /** Now, past the handler of Vert.x, which would wait for what the client does not read. */
    @SuppressWarnings("FutureReturnValueIgnored") // The close handler hears of it.
    private void cut() {
        if (connection instanceof ConnectionBase http1) {
            http1.channelHandlerContext().close();
        } else {
            connection.close();
        }
    }

    private void close(Runnable onClose) {
        if (closed) {
            return;
        }
        closed = true;
        ring.unsubscribe(reader);
        vertx.cancelTimer(heartbeatTimer);
        onClose.run();
    }
}
