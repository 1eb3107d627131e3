package io.sluice.cli.command;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A control plane that answers what a test told it to, and remembers what it was asked. */
final class ScriptedControlPlane implements AutoCloseable {

    record Request(String line, Map<String, List<String>> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name, List.of("")).getFirst();
        }
    }

    private record Answer(int status, String type, String body) {}

    private final HttpServer server;
    private final Map<String, Deque<Answer>> answers = new ConcurrentHashMap<>();
    private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());

    ScriptedControlPlane() {
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Answers of one request line in order; the last one stays. */
    ScriptedControlPlane on(String line, String... json) {
        for (String body : json) {
            add(line, new Answer(200, "application/json", body));
        }
        return this;
    }

    ScriptedControlPlane refuse(String line, int status, String problem) {
        add(line, new Answer(status, "application/problem+json", problem));
        return this;
    }

    ScriptedControlPlane events(String... streams) {
        for (String stream : streams) {
            add("GET /api/v1/events", new Answer(200, "text/event-stream", stream));
        }
        return this;
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    Request last(String linePrefix) {
        return requests().stream()
                .filter(request -> request.line().startsWith(linePrefix))
                .reduce((first, second) -> second)
                .orElseThrow(() -> new AssertionError("no " + linePrefix + " in " + requests()));
    }

    private void add(String line, Answer answer) {
        answers.computeIfAbsent(line, each -> new ArrayDeque<>()).add(answer);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        requests.add(new Request(line, exchange.getRequestHeaders(), body));
        Deque<Answer> script = answers.get(line);
        Answer answer =
                script == null
                        ? new Answer(
                                404,
                                "application/problem+json",
                                "{\"detail\":\"no script for " + line + "\"}")
                        : script.size() > 1 ? script.removeFirst() : script.getFirst();
        byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", answer.type());
        exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
