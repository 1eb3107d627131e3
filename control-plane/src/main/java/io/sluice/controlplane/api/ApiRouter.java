package io.sluice.controlplane.api;

import io.sluice.controlplane.storage.StorageException;
import io.sluice.proto.DidYouMean;
import io.sluice.proto.Problems;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Brings each request to its operation and its reply back. What a request must be, whatever the
 * operation, is checked here: path, method, query, Accept, Content-Type, size of the body.
 */
final class ApiRouter {
    private static final Logger log = LoggerFactory.getLogger(ApiRouter.class);

    /** Calls that may wait for a worker; more are answered 503 at once. */
    private static final int WAITING_MAX = 256;

    /** For reading on after a body was too large: so long again as long as more comes. */
    private static final long LINGER_MILLIS = 2_000;

    private static final int LINGERS_MAX = 15;

    private final List<RestOperation> operations;
    private final Responder responder;
    private final WorkerExecutor workers;
    private final RestMetrics metrics;
    private final RestOptions options;
    private final AtomicInteger waiting = new AtomicInteger();

    ApiRouter(
            List<RestOperation> operations,
            Responder responder,
            WorkerExecutor workers,
            RestMetrics metrics,
            RestOptions options) {
        this.operations = operations;
        this.responder = responder;
        this.workers = workers;
        this.metrics = metrics;
        this.options = options;
    }

    Router build(Vertx vertx) {
        Router router = Router.router(vertx);
        router.route().handler(new HostGuard(options, responder));
        BodyBudget bodiesInMemory = new BodyBudget(responder, options.bodyBytesMax());
        BodyHandler bodies =
                BodyHandler.create(false)
                        .setBodyLimit(options.bodyBytesMax())
                        .setMergeFormAttributes(false);
        for (RestOperation operation : operations) {
            Route route =
                    router.routeWithRegex(operation.path().pattern()).method(operation.method());
            if (operation.method().equals(HttpMethod.GET)) {
                route.method(HttpMethod.HEAD);
            }
            route.setName(operation.id());
            route.handler(context -> admit(context, operation));
            if (operation.request() != null) {
                route.handler(bodiesInMemory::admit);
                // Not the handler itself: Vert.x would insist on it being first.
                route.handler(context -> bodies.handle(context));
            }
            route.handler(context -> run(context, operation));
        }
        router.route().handler(this::unmatched);
        router.route().failureHandler(this::failed);
        return router;
    }

    /** Refuses what the operation cannot make sense of, before the body is read. */
    private void admit(RoutingContext context, RestOperation operation) {
        metrics.count(context, operation.id());
        Problems query = Call.check(context, operation);
        if (query.hasErrors()) {
            responder.send(context, Reply.malformed(query.errors()));
            return;
        }
        boolean streaming = operation.work() instanceof RestOperation.Work.Streaming;
        if (!streaming
                && MediaType.ofAccept(context.request().getHeader("Accept")).isEmpty()
                && !servesText(operation)) {
            responder.send(
                    context,
                    Reply.refused(
                            406,
                            "NOT_ACCEPTABLE",
                            "documents are application/json or application/yaml"));
            return;
        }
        RestOperation.Content wanted = operation.request();
        if (wanted != null && !readable(context)) {
            responder.send(
                    context,
                    Reply.refused(
                                    415,
                                    "UNSUPPORTED_MEDIA_TYPE",
                                    "Content-Type is "
                                            + context.request().getHeader("Content-Type")
                                            + "; send application/json or application/yaml in"
                                            + " UTF-8, not compressed")
                            .with("Accept", String.join(", ", wanted.mediaTypes())));
            return;
        }
        context.next();
    }

    private static boolean servesText(RestOperation operation) {
        return operation.answers().stream()
                .anyMatch(
                        answer ->
                                answer.status() == 200
                                        && answer.content() != null
                                        && !answer.content()
                                                .mediaTypes()
                                                .equals(MediaType.DOCUMENT));
    }

    private static boolean readable(RoutingContext context) {
        String encoding = context.request().getHeader("Content-Encoding");
        return (encoding == null || encoding.equalsIgnoreCase("identity"))
                && MediaType.ofContentType(context.request().getHeader("Content-Type")).isPresent();
    }

    private void run(RoutingContext context, RestOperation operation) {
        switch (operation.work()) {
            case RestOperation.Work.Quick quick ->
                    responder.send(context, quick.handler().apply(Call.of(context)));
            case RestOperation.Work.Blocking blocking -> runOnWorker(context, blocking.handler());
            case RestOperation.Work.Streaming streaming -> streaming.handler().accept(context);
        }
    }

    private void runOnWorker(RoutingContext context, Function<Call, Reply> handler) {
        if (waiting.incrementAndGet() > WAITING_MAX) {
            waiting.decrementAndGet();
            responder.send(
                    context,
                    Reply.refused(503, "BUSY", "too many requests are waiting")
                            .with("Retry-After", "1"));
            return;
        }
        Call call = Call.of(context);
        workers.executeBlocking(() -> handler.apply(call), false)
                .onComplete(
                        done -> {
                            waiting.decrementAndGet();
                            if (context.response().closed()) {
                                return; // the client did not wait
                            }
                            if (done.succeeded()) {
                                responder.send(context, done.result());
                            } else {
                                context.fail(done.cause());
                            }
                        });
    }

    private void unmatched(RoutingContext context) {
        metrics.count(context, "");
        String path = context.normalizedPath();
        TreeSet<String> methods = new TreeSet<>();
        for (RestOperation operation : operations) {
            if (operation.path().matcher(path).matches()) {
                methods.add(operation.method().name());
                if (operation.method().equals(HttpMethod.GET)) {
                    methods.add("HEAD");
                }
            }
        }
        if (methods.isEmpty()) {
            responder.send(context, Reply.notFound("there is nothing at " + path + hint(path)));
            return;
        }
        String allow = String.join(", ", methods);
        responder.send(
                context,
                Reply.refused(
                                405,
                                "METHOD_NOT_ALLOWED",
                                context.request().method()
                                        + " is not for "
                                        + path
                                        + "; allowed: "
                                        + allow)
                        .with("Allow", allow));
    }

    /** The nearest path that exists, comparing only the parts that are fixed. */
    private String hint(String path) {
        String[] parts = path.split("/", -1);
        TreeSet<String> candidates = new TreeSet<>();
        for (RestOperation operation : operations) {
            String[] steps = operation.template().split("/", -1);
            StringBuilder candidate = new StringBuilder();
            for (int i = 1; i < steps.length; i++) {
                boolean variable = steps[i].startsWith("{") && i < parts.length;
                int verb = steps[i].indexOf("}:");
                String own = variable ? parts[i].split(":", 2)[0] : steps[i];
                candidate.append('/').append(own);
                if (variable && verb > 0) {
                    candidate.append(steps[i].substring(verb + 1));
                }
            }
            candidates.add(candidate.toString());
        }
        candidates.remove(path);
        String nearest = DidYouMean.hint(path, candidates);
        if (nearest.isEmpty() && !path.startsWith("/api/v1/")) {
            nearest = "the API is under /api/v1, see /api/v1/openapi.json";
        }
        return nearest.isEmpty() ? "" : "; " + nearest;
    }

    /**
     * Answers at once; what the client still sends is dropped for a while, so that it reads the
     * answer.
     */
    private void tooLarge(RoutingContext context) {
        HttpServerRequest request = context.request();
        String detail = "the body is over the limit of " + options.bodyBytesMax() + " bytes";
        responder.send(
                context, Reply.refused(413, "TOO_LARGE", detail).with("Connection", "close"));
        linger(context.vertx(), request, LINGERS_MAX);
    }

    private static void linger(Vertx vertx, HttpServerRequest request, int times) {
        if (request.isEnded()) {
            return;
        }
        long before = request.bytesRead();
        vertx.setTimer(
                LINGER_MILLIS,
                fired -> {
                    if (request.bytesRead() == before || times == 1) {
                        request.connection().close();
                    } else {
                        linger(vertx, request, times - 1);
                    }
                });
    }

    private void failed(RoutingContext context) {
        if (context.response().ended() || context.response().headWritten()) {
            context.response().reset();
            return;
        }
        Throwable failure = context.failure();
        int status = context.statusCode();
        if (failure instanceof StorageException.Unavailable unavailable) {
            responder.send(
                    context,
                    Reply.refused(
                                    503,
                                    "STORE_UNAVAILABLE",
                                    String.valueOf(unavailable.getMessage()))
                            .with("Retry-After", "1"));
            return;
        }
        if (status == 413) {
            tooLarge(context);
            return;
        }
        if (status >= 400 && status < 500) {
            responder.send(
                    context, Reply.refused(status, "MALFORMED", "the request cannot be read"));
            return;
        }
        log.error("event=rest_request_failed path={}", context.normalizedPath(), failure);
        responder.send(
                context,
                Reply.refused(500, "INTERNAL", "a fault of the control plane, see its log"));
    }
}
