package io.sluice.it.harness;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
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

/** A node as users run it. Restarts keep its name and data directory; its ports are told anew. */
public final class NodeProcess implements AutoCloseable {
    private final Path directory;
    private final String name;
    private final String controlPlane;
    private final List<String> options;
    private final HttpClient client = HttpClient.newHttpClient();
    private Program program;

    /**
     * Starts a node that knows one control plane, with everything it writes below the directory.
     */
    public NodeProcess(Path directory, String name, String controlPlane, String... options) {
        this.directory = directory;
        this.name = name;
        this.controlPlane = controlPlane;
        this.options = List.of(options);
        this.program = launch();
        program.ready(readyFile());
    }

    private Program launch() {
        try {
            Files.deleteIfExists(readyFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> arguments = new ArrayList<>();
        arguments.addAll(List.of("--control-plane", controlPlane, "--name", name));
        arguments.addAll(List.of("--admin", "127.0.0.1:0", "--event-loops", "2"));
        arguments.addAll(List.of("--data-dir", dataDirectory().toString()));
        arguments.addAll(List.of("--access-log", accessLog().toString()));
        arguments.addAll(List.of("--ready-file", readyFile().toString()));
        arguments.addAll(List.of("--transport", transport()));
        arguments.addAll(options);
        return Program.start("sluice-node", directory.resolve(name + ".log"), arguments, Map.of());
    }

    /** What nodes run on: the same tests pass on every transport; the build runs them for each. */
    public static String transport() {
        String environment = System.getenv().getOrDefault("SLUICE_TEST_TRANSPORT", "auto");
        return System.getProperty("sluice.test.transport", environment);
    }

    /** Starts it again after it was killed or terminated. */
    public void restart() {
        program = launch();
        program.ready(readyFile());
    }

    public String name() {
        return name;
    }

    public Program program() {
        return program;
    }

    public Path dataDirectory() {
        return directory.resolve(name);
    }

    public Path accessLog() {
        return directory.resolve(name + ".access.log");
    }

    private Path readyFile() {
        return directory.resolve(name + ".ready");
    }

    /** Waits until the listener is bound and returns its address. */
    public InetSocketAddress listener(String listener) {
        String address =
                Await.until(
                        "listener " + listener + " on " + name,
                        () -> ready().path("listeners").path(listener).asText(""),
                        text -> !text.isEmpty());
        int colon = address.lastIndexOf(':');
        String host = address.substring(0, colon);
        return new InetSocketAddress(
                host.equals("0.0.0.0") ? "127.0.0.1" : host,
                Integer.parseInt(address.substring(colon + 1)));
    }

    /** Such as http://127.0.0.1:12345/path on an HTTP listener. */
    public URI url(String listener, String path) {
        InetSocketAddress address = listener(listener);
        return URI.create("http://" + address.getHostString() + ":" + address.getPort() + path);
    }

    /** Such as http://127.0.0.1:12345/metrics at the admin door. */
    public URI adminUrl(String path) {
        return URI.create("http://" + ready().get("admin").asText() + path);
    }

    /** A request to the admin door. */
    public HttpResponse<String> admin(String method, String path) {
        HttpRequest request =
                HttpRequest.newBuilder(adminUrl(path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build();
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits until /readyz says 200. */
    public void awaitReady() {
        Await.until(name + " serves", () -> admin("GET", "/readyz").statusCode() == 200);
    }

    private JsonNode ready() {
        try {
            return Json.parse(Files.readString(readyFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        client.close();
        program.close();
    }
}
