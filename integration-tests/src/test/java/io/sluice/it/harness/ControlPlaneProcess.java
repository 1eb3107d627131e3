package io.sluice.it.harness;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A control plane as users run it. Restarts keep its data directory and its ports. */
public final class ControlPlaneProcess implements AutoCloseable {
    private final Path directory;
    private final HttpClient client = HttpClient.newHttpClient();
    private Program program;
    private String rest;
    private String grpc;

    /** Starts on free ports, with everything it writes below the directory. */
    public ControlPlaneProcess(Path directory, String... options) {
        this.directory = directory;
        this.rest = "127.0.0.1:0";
        this.grpc = "127.0.0.1:0";
        this.program = launch(List.of(options));
        awaitReady();
    }

    private Program launch(List<String> options) {
        try {
            Files.deleteIfExists(readyFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> arguments = new ArrayList<>(List.of("--rest", rest, "--grpc", grpc));
        arguments.addAll(List.of("--data-dir", dataDirectory().toString()));
        arguments.addAll(List.of("--ready-file", readyFile().toString()));
        arguments.addAll(options);
        return Program.start(
                "sluice-control-plane",
                directory.resolve("control-plane.log"),
                arguments,
                Map.of());
    }

    private void awaitReady() {
        JsonNode doors = Json.parse(program.ready(readyFile()));
        rest = doors.get("rest").asText();
        grpc = doors.get("grpc").asText();
    }

    /** Starts it again, on the same data and ports, after it was killed or terminated. */
    public void restart(String... options) {
        program = launch(List.of(options));
        awaitReady();
    }

    public Program program() {
        return program;
    }

    public Path dataDirectory() {
        return directory.resolve("control-plane");
    }

    private Path readyFile() {
        return directory.resolve("control-plane.ready");
    }

    /** HOST:PORT of the nodes' door. */
    public String grpc() {
        return grpc;
    }

    /** Such as http://127.0.0.1:12345. */
    public String server() {
        return "http://" + rest;
    }

    /** GET below /api/v1, which must answer 200. */
    public JsonNode get(String path) {
        HttpResponse<String> response = send("GET", path);
        if (response.statusCode() != 200) {
            throw new AssertionError(
                    "GET " + path + ": " + response.statusCode() + " " + response.body());
        }
        return Json.parse(response.body());
    }

    /** A request below /api/v1 with a JSON body, or none where it is empty. */
    public HttpResponse<String> send(String method, String path, String... body) {
        return send(request(method, path, body).build());
    }

    /** The same under the condition that the resource has this ETag. */
    public HttpResponse<String> sendIfMatch(
            String method, String path, String etag, String... body) {
        return send(request(method, path, body).header("If-Match", etag).build());
    }

    private HttpRequest.Builder request(String method, String path, String... body) {
        HttpRequest.BodyPublisher publisher =
                body.length == 0
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString(body[0]);
        return HttpRequest.newBuilder(URI.create(server() + "/api/v1" + path))
                .header("Content-Type", "application/json")
                .method(method, publisher);
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        client.close();
        program.close();
    }
}
