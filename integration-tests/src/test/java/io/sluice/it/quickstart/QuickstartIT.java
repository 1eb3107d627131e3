package io.sluice.it.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.it.harness.Await;
import io.sluice.it.harness.Program;
import io.sluice.it.harness.RawClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Uses the quickstart's own ports, as it promises them. */
final class QuickstartIT {
    @TempDir Path directory;

    private final HttpClient client = HttpClient.newHttpClient();

    private record Run(int exit, String output) {}

    @AfterEach
    void stop() throws Exception {
        client.close();
        if (Files.exists(directory.resolve("sluice/quickstart/pids"))) {
            run(quickstart("--stop"));
        }
    }

    @Test
    void servesTheShopOnBothNodesAndFollowsACanary() throws Exception {
        assertThat(run(quickstart("--detach"))).returns(0, Run::exit);
        List<ProcessHandle> started = started();
        assertThat(started).hasSize(4).allMatch(ProcessHandle::isAlive);

        assertThat(get("http://127.0.0.1:8080/")).startsWith("storefront 127.0.0.1:911");
        assertThat(get("http://127.0.0.2:8080/checkout")).startsWith("checkout-v");
        for (String node : List.of("127.0.0.1", "127.0.0.2")) {
            try (RawClient tcp =
                    new RawClient(new InetSocketAddress(InetAddress.ofLiteral(node), 9000))) {
                assertThat(tcp.readUntil("\n")).isEqualTo("greeter 127.0.0.1:9301\n");
            }
        }

        // No further set-up: no --server, no configuration file.
        assertThat(run(sluicectl("canary", "set", "shop/checkout", "checkout-v2=100")))
                .returns(0, Run::exit);
        for (int i = 0; i < 50; i++) {
            assertThat(get("http://127.0.0.1:8080/checkout"))
                    .isEqualTo("checkout-v2 127.0.0.1:9103\n");
            assertThat(get("http://127.0.0.2:8080/checkout"))
                    .isEqualTo("checkout-v2 127.0.0.1:9103\n");
        }

        assertThat(run(quickstart("--stop"))).returns(0, Run::exit);
        awaitBuried(started);
    }

    @Test
    void namesAPortInUseAndStartsNothing() throws Exception {
        try (ServerSocket other = new ServerSocket()) {
            other.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 9111));
            Run run = run(quickstart("--detach"));
            assertThat(run.exit()).isEqualTo(1);
            assertThat(run.output()).contains("127.0.0.1:9111 (upstream storefront) is in use");
            assertThat(directory.resolve("sluice/quickstart")).doesNotExist();
        }
    }

    @Test
    void endsCleanlyOnSigterm() throws Exception {
        Process process = start(quickstart());
        Path log = directory.resolve("output");
        Await.until(
                "quickstart ready",
                () -> Files.readString(log).contains("Ctrl-C ends it all") || !process.isAlive());
        assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
        List<ProcessHandle> started = started();

        process.destroy();

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(started).hasSize(4);
        awaitBuried(started);
    }

    /** They have ended; whoever adopted them may take its time to collect what is left of them. */
    private static void awaitBuried(List<ProcessHandle> ended) {
        Await.until(
                "no process left behind", () -> ended.stream().noneMatch(ProcessHandle::isAlive));
    }

    private List<ProcessHandle> started() throws IOException {
        return Files.readAllLines(directory.resolve("sluice/quickstart/pids")).stream()
                .map(
                        line ->
                                ProcessHandle.of(
                                                Long.parseLong(
                                                        line.substring(0, line.indexOf(' '))))
                                        .orElseThrow())
                .toList();
    }

    private String get(String url) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
                .body();
    }

    private static List<String> quickstart(String... arguments) {
        return command("quickstart", arguments);
    }

    private static List<String> sluicectl(String... arguments) {
        return command("bin/sluicectl", arguments);
    }

    private static List<String> command(String program, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Program.home().resolve(program).toString());
        command.addAll(List.of(arguments));
        return command;
    }

    private Process start(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectErrorStream(true).redirectOutput(directory.resolve("output").toFile());
        builder.environment().put("XDG_STATE_HOME", directory.toString());
        builder.environment().putAll(Program.surroundings("quickstart"));
        return builder.start();
    }

    private Run run(List<String> command) throws Exception {
        Process process = start(command);
        assertThat(process.waitFor(180, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), Files.readString(directory.resolve("output")));
    }
}
