package io.sluice.cli.command;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/**
 * A shell in which a test runs commands: streams that are kept, and time that passes only by
 * waiting.
 */
final class CommandLineRun implements Ticker {
    static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    final Map<String, String> environment = new HashMap<>();
    Path home = Path.of("/nonexistent");
    String in = "";
    boolean terminal;
    int columns = 80;
    Shell.Programs programs =
            command -> {
                throw new AssertionError("started " + command);
            };

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private long nanos;
    private int pauses;

    static CommandLineRun against(ScriptedControlPlane server) {
        CommandLineRun run = new CommandLineRun();
        run.environment.put("SLUICECTL_SERVER", server.url());
        return run;
    }

    int run(String... words) {
        Shell shell =
                new Shell(
                        new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
                        new PrintStream(out, false, StandardCharsets.UTF_8),
                        new PrintStream(err, false, StandardCharsets.UTF_8),
                        environment,
                        home,
                        "ada",
                        terminal,
                        terminal,
                        () -> columns,
                        InstantSource.fixed(NOW),
                        this,
                        programs);
        return Sluicectl.run(shell, words);
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    int pauses() {
        return pauses;
    }

    Duration elapsed() {
        return Duration.ofNanos(nanos);
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public void pause(Duration duration) {
        nanos += duration.toNanos();
        pauses++;
    }
}
