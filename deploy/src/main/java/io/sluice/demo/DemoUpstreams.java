package io.sluice.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;

/**
 * Serves the upstreams named on the command line until it is killed.
 *
 * <p>Arguments: a ready file, then {@code http:CLUSTER:PORT} or {@code tcp:CLUSTER:PORT} for each
 * upstream, all on 127.0.0.1. Over HTTP every path answers 200 with the line {@code CLUSTER
 * 127.0.0.1:PORT}; over TCP that line greets each connection, and what the client sends then comes
 * back.
 */
public final class DemoUpstreams {
    private DemoUpstreams() {}

    /** Starts every upstream, then writes the ready file by rename. */
    public static void main(String[] args) throws IOException {
        List<String> bound = new ArrayList<>();
        for (String upstream : List.of(args).subList(1, args.length)) {
            String[] parts = upstream.split(":", 3);
            int port = Integer.parseInt(parts[2]);
            String identity = parts[1] + " 127.0.0.1:" + port + "\n";
            switch (parts[0]) {
                case "http" -> serveHttp(port, identity.getBytes(UTF_8));
                case "tcp" -> serveTcp(port, identity.getBytes(UTF_8));
                default -> throw new IllegalArgumentException("neither http nor tcp: " + upstream);
            }
            bound.add(upstream);
        }
        Path ready = Path.of(args[0]);
        Path temporary = Path.of(args[0] + ".tmp");
        Files.writeString(temporary, String.join("\n", bound) + "\n");
        Files.move(temporary, ready, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void serveHttp(int port, byte[] identity) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(loopback(), port), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> answer(exchange, identity));
        server.start();
    }

    private static void answer(HttpExchange exchange, byte[] identity) throws IOException {
        try (exchange) {
            exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(200, head ? -1 : identity.length);
            if (!head) {
                exchange.getResponseBody().write(identity);
            }
        }
    }

    private static void serveTcp(int port, byte[] identity) throws IOException {
        // Lives as long as the process.
        @SuppressWarnings("resource")
        ServerSocket server = new ServerSocket(port, 128, loopback());
        Thread.ofPlatform()
                .name("tcp-" + port)
                .start(
                        () -> {
                            while (true) {
                                try {
                                    Socket client = server.accept();
                                    Thread.ofVirtual().start(() -> greetAndEcho(client, identity));
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            }
                        });
    }

    private static void greetAndEcho(Socket client, byte[] identity) {
        try (client) {
            client.getOutputStream().write(identity);
            client.getInputStream().transferTo(client.getOutputStream());
        } catch (IOException e) {
            System.err.println("tcp: client went away: " + e.getMessage());
        }
    }

    private static InetAddress loopback() {
        return InetAddress.ofLiteral("127.0.0.1");
    }
}
