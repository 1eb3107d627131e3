package io.sluice.controlplane.api;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.sluice.controlplane.fleet.Fleet;
import io.sluice.controlplane.fleet.StatsHistory;
import io.sluice.controlplane.storage.DataDirectory;
import io.sluice.controlplane.storage.JdbcResourceStore;
import io.sluice.controlplane.storage.StoreOptions;
import io.vertx.core.json.JsonObject;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/** A REST door on port 0 over a real store in a directory, and a client of it. */
final class RestFixture implements AutoCloseable {
    static final String CLUSTER = "{\"spec\":{\"endpoints\":[{\"address\":\"127.0.0.1:9101\"}]}}";

    final DataDirectory directory;
    final JdbcResourceStore store;
    final Fleet fleet;
    final StatsHistory stats = new StatsHistory(InstantSource.system());
    final RestServer server;
    final InetSocketAddress address;
    final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(60))
                    .build();

    RestFixture(Path path) {
        this(path, RestOptions.on("127.0.0.1", 0, java.util.List.of("control-plane.example")));
    }

    RestFixture(Path path, RestOptions options) {
        directory = DataDirectory.lock(path);
        store = JdbcResourceStore.open(directory, StoreOptions.DEFAULT, InstantSource.system());
        fleet = new Fleet(store::setDrained);
        server =
                new RestServer(
                        options,
                        store,
                        fleet,
                        stats,
                        new PrometheusRegistry(),
                        InstantSource.system());
        address = server.start();
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address.getPort() + path))
                .timeout(Duration.ofSeconds(60));
    }

    Answer get(String path, String... headers) {
        HttpRequest.Builder request = request(path).GET();
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    Answer send(String method, String path, String body, String... headers) {
        HttpRequest.Builder request =
                request(path).method(method, HttpRequest.BodyPublishers.ofString(body));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    Answer send(HttpRequest.Builder request) {
        try {
            return new Answer(client.send(request.build(), BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Applies YAML documents, which must be accepted. */
    JsonObject apply(String yaml) {
        Answer answer =
                send("POST", "/api/v1/changesets", yaml, "Content-Type", "application/yaml");
        if (answer.status() != 200) {
            throw new AssertionError(answer.status() + " " + answer.text());
        }
        return answer.json();
    }

    @Override
    public void close() {
        server.close();
        store.close();
        directory.close();
        client.close();
    }

    /** A response, its body read. */
    record Answer(HttpResponse<String> response) {
        int status() {
            return response.statusCode();
        }

        String text() {
            return response.body();
        }

        JsonObject json() {
            return new JsonObject(response.body());
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        /** The codes of all problems, in order. */
        java.util.List<String> codes() {
            return problems().stream().map(problem -> problem.getString("code")).toList();
        }

        java.util.List<JsonObject> problems() {
            return json().getJsonArray("problems").stream().map(JsonObject.class::cast).toList();
        }
    }
}
