package io.sluice.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import io.sluice.cli.command.Shell;
import io.sluice.cli.command.Sluicectl;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/**
 * The run of which an AOT cache is made ({@code sluicectl --train}): the common commands against an
 * answering machine in this process, so that their classes are in the cache. Prints nothing.
 */
final class Training {
    private static final String ITEMS =
            """
            {"items":[{"kind":"Route","name":"shop","labels":{"team":"shop"},"spec":{"listeners":["web"],"hosts":["*"],
            "rules":[{"name":"checkout","match":{"path":{"prefix":"/checkout"}},"forward":{"split":[{"cluster":"v1",
            "weight":95},{"cluster":"v2","weight":5}]}},{"name":"rest","forward":{"cluster":"storefront"}}]},
            "revision":2,"etag":"0123456789abcdef","createTime":"2026-01-01T00:00:00Z",
            "updateTime":"2026-01-01T00:00:00Z"}],"nextPageToken":"","totalSize":1}
            """;
    private static final String NODES =
            """
            {"items":[{"name":"node-1","labels":{},"address":"127.0.0.1:1","softwareVersion":"1","state":"connected",
            "wantedRevision":2,"activeRevision":2,"problems":[],"lastSeen":"2026-01-01T00:00:00Z","endpoints":[
            {"cluster":"v1","address":"127.0.0.1:9101","health":"healthy","since":"2026-01-01T00:00:00Z"}]}]}
            """;
    private static final String STATUS =
            """
            {"softwareVersion":"1","epoch":1,"revision":2,"database":"h2","startTime":"2026-01-01T00:00:00Z",
            "resources":{"routes":1},"nodes":{"connected":2,"draining":0,"gone":0,"active":2,"rejected":0}}
            """;
    private static final String REVISION =
            """
            {"revision":2,"time":"2026-01-01T00:00:00Z","author":"me","message":"m","changes":[],
            "activation":{"connected":2,"active":2,"rejected":0,"nodes":[]}}
            """;
    private static final String WRITTEN =
            """
            {"revision":2,"changed":[{"kind":"Route","name":"shop","op":"updated","etag":"0"}],"warnings":[]}
            """;
    private static final String STATS =
            """
            {"from":"2026-01-01T00:00:00Z","to":"2026-01-01T00:01:00Z","windowSeconds":60,"listeners":[],
            "routes":[{"route":"shop","rule":"checkout","cluster":"v1","requestsPerSecond":1.5,
            "p50Micros":900,"p99Micros":12000}],"endpoints":[]}
            """;
    private static final String FILE =
            """
            kind: Cluster
            name: storefront
            spec:
              endpoints: [{ address: 127.0.0.1:9101 }]
              healthCheck: { http: { path: /healthz }, interval: 2s }
            """;
    private static final String[][] LINES = {
        {"get", "routes"},
        {"get", "routes", "-o", "json"},
        {"get", "routes", "-o", "yaml"},
        {"get", "nodes"},
        {"node", "list"},
        {"status"},
        {"history"},
        {"stats"},
        {"canary", "status"},
        {"canary", "set", "shop/checkout", "v2=10"},
        {"apply", "-f", "-"},
        {"version"},
        {"get", "--help"},
    };

    private Training() {}

    /** Runs all of it; 0, or 1 when the answering machine could not be started. */
    static int run() {
        try {
            HttpServer server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", Training::answer);
            server.start();
            try {
                String url = "http://127.0.0.1:" + server.getAddress().getPort();
                for (String[] line : LINES) {
                    Sluicectl.run(shell(url), line);
                }
            } finally {
                server.stop(0);
            }
            return 0;
        } catch (IOException e) {
            System.err.println("sluicectl: cannot train: " + e.getMessage());
            return 1;
        }
    }

    private static Shell shell(String url) {
        Shell real = ProcessOptions.shell();
        PrintStream nowhere =
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        return new Shell(
                new ByteArrayInputStream(FILE.getBytes(StandardCharsets.UTF_8)),
                nowhere,
                nowhere,
                Map.of("SLUICECTL_SERVER", url),
                Path.of("/nonexistent"),
                "training",
                true,
                true,
                () -> 100,
                InstantSource.system(),
                real.ticker(),
                real.programs());
    }

    private static void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String body =
                switch (path.replaceFirst("/api/v1", "").replaceFirst("/\\d+$", "/n")) {
                    case "/nodes" -> NODES;
                    case "/status" -> STATUS;
                    case "/stats" -> STATS;
                    case "/revisions/n" -> REVISION;
                    case "/revisions", "/canaries" -> "{\"items\":[]}";
                    default -> exchange.getRequestMethod().equals("POST") ? WRITTEN : ITEMS;
                };
        exchange.getRequestBody().readAllBytes();
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }
}
