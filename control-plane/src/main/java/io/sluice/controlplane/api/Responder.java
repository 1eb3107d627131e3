package io.sluice.controlplane.api;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.sluice.proto.resource.TextNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.LongSupplier;

/** Writes replies, on the event loop of the request. */
final class Responder {
    private final LongSupplier revision;

    /**
     * @param revision of the current state, told with every reply
     */
    Responder(LongSupplier revision) {
        this.revision = revision;
    }

    void send(RoutingContext context, Reply reply) {
        switch (reply) {
            case Reply.Document document -> {
                MediaType type =
                        MediaType.ofAccept(context.request().getHeader("Accept"))
                                .orElse(MediaType.JSON);
                send(context, reply, type.text(), render(document.body(), type));
            }
            case Reply.Text text ->
                    send(context, reply, text.mediaType(), Buffer.buffer(text.body()));
            case Reply.Empty empty -> sendHead(context, reply).end();
            case Reply.Refused refused ->
                    send(
                            context,
                            reply,
                            ProblemJson.MEDIA_TYPE,
                            render(ProblemJson.document(refused).tree(), MediaType.JSON));
        }
    }

    private void send(RoutingContext context, Reply reply, String mediaType, Buffer body) {
        HttpServerResponse response = sendHead(context, reply);
        response.putHeader("Content-Type", mediaType);
        response.putHeader("Content-Length", Integer.toString(body.length()));
        if (context.request().method().name().equals("HEAD")) {
            response.end();
            return;
        }
        response.end(body);
    }

    private HttpServerResponse sendHead(RoutingContext context, Reply reply) {
        HttpServerResponse response = context.response();
        response.setStatusCode(reply.status());
        head(response);
        for (Map.Entry<String, String> header : reply.headers().entrySet()) {
            response.putHeader(header.getKey(), header.getValue());
        }
        return response;
    }

    /**
     * Answers what could not be read as a request: garbage, or a head over its limits; then closes.
     */
    void refuseInvalid(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        Reply.Refused refused =
                switch (cause) {
                    case TooLongHttpLineException line ->
                            Reply.refused(414, "URI_TOO_LONG", "the request line is too long");
                    case TooLongHttpHeaderException head ->
                            Reply.refused(431, "HEAD_TOO_LARGE", "the header fields are too long");
                    default -> Reply.refused(400, "MALFORMED", "this is not HTTP/1.1");
                };
        HttpServerResponse response = request.response().setStatusCode(refused.status());
        head(response);
        response.putHeader("Content-Type", ProblemJson.MEDIA_TYPE);
        response.putHeader("Connection", "close");
        response.end(render(ProblemJson.document(refused).tree(), MediaType.JSON))
                .onComplete(sent -> request.connection().close());
    }

    /** What every response says. */
    void head(HttpServerResponse response) {
        response.putHeader("Cache-Control", "no-cache");
        response.putHeader("Vary", "Accept");
        response.putHeader("X-Content-Type-Options", "nosniff");
        response.putHeader("Sluice-Revision", Long.toString(revision.getAsLong()));
    }

    private static Buffer render(TextNode body, MediaType type) {
        String text =
                switch (type) {
                    case JSON -> body.toJson() + "\n";
                    case YAML -> body.toYaml();
                };
        return Buffer.buffer(text.getBytes(StandardCharsets.UTF_8));
    }
}
