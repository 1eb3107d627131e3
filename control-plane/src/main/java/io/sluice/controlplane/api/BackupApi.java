package io.sluice.controlplane.api;

import io.sluice.controlplane.storage.ResourceStore;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The whole store as a download. One at a time, on a worker of its own: it is as slow as its
 * reader.
 */
final class BackupApi {
    private static final Logger log = LoggerFactory.getLogger(BackupApi.class);

    /** A reader that takes nothing for so long is given up. */
    private static final int STALL_SECONDS_MAX = 30;

    private static final int CHUNK_BYTES = 64 * 1024;

    private final Vertx vertx;
    private final ResourceStore store;
    private final Responder responder;
    private final WorkerExecutor worker;
    private final AtomicBoolean busy = new AtomicBoolean();

    BackupApi(Vertx vertx, ResourceStore store, Responder responder, WorkerExecutor worker) {
        this.vertx = vertx;
        this.store = store;
        this.responder = responder;
        this.worker = worker;
    }

    List<RestOperation> operations() {
        return List.of(
                RestOperation.of(
                                HttpMethod.POST,
                                "/api/v1/backup",
                                "backup",
                                "Downloads the whole store, history and private keys included, for "
                                        + "sluice-control-plane restore.")
                        .answers(
                                200,
                                "The file; cut short, never ended cleanly, if something fails.",
                                List.of("application/octet-stream"),
                                Json.object().put("type", "string").put("format", "binary"))
                        .streaming(this::download));
    }

    private void download(RoutingContext request) {
        if (!busy.compareAndSet(false, true)) {
            responder.send(
                    request,
                    Reply.refused(503, "BUSY", "another backup is being read")
                            .with("Retry-After", "5"));
            return;
        }
        HttpServerResponse response = request.response();
        long revision = store.current().revision();
        Body body = new Body(vertx.getOrCreateContext(), response, () -> begin(response, revision));
        worker.executeBlocking(
                        () -> {
                            // Not closed on failure: what is buffered must not begin a response
                            // then.
                            OutputStream out = new BufferedOutputStream(body, CHUNK_BYTES);
                            store.backup(out);
                            out.flush();
                            return revision;
                        },
                        false)
                .onComplete(
                        done -> {
                            busy.set(false);
                            finish(request, done.failed() ? done.cause() : null);
                        });
    }

    private void begin(HttpServerResponse response, long revision) {
        responder.head(response);
        response.putHeader("Content-Type", "application/octet-stream");
        response.putHeader(
                "Content-Disposition", "attachment; filename=\"sluice-" + revision + ".backup\"");
        response.setChunked(true);
    }

    private static void finish(
            RoutingContext request, @org.jspecify.annotations.Nullable Throwable failure) {
        HttpServerResponse response = request.response();
        if (failure == null) {
            response.end();
            return;
        }
        if (!response.headWritten()) {
            request.fail(failure);
            return;
        }
        log.warn("event=backup_download_failed", failure);
        response.reset();
    }

    /** Hands bytes to the event loop and waits until they are out. */
    private static final class Body extends OutputStream {
        private final Context context;
        private final HttpServerResponse response;
        private final Runnable begin;
        private boolean begun;

        Body(Context context, HttpServerResponse response, Runnable begin) {
            this.context = context;
            this.response = response;
            this.begin = begin;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            Buffer chunk = Buffer.buffer(Arrays.copyOfRange(bytes, offset, offset + length));
            io.vertx.core.Promise<Void> written = io.vertx.core.Promise.promise();
            boolean first = !begun;
            begun = true;
            context.runOnContext(
                    run -> {
                        if (first) {
                            begin.run();
                        }
                        response.write(chunk).onComplete(written);
                    });
            try {
                written.future()
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(STALL_SECONDS_MAX, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                throw new IOException("the client does not read the backup", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
    }
}
