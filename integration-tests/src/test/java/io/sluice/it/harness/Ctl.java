package io.sluice.it.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The packaged sluicectl, run as a user runs it. */
public final class Ctl {
    private final Path directory;
    private final String server;

    public Ctl(Path directory, String server) {
        this.directory = directory;
        this.server = server;
    }

    /** What a run printed and how it ended. */
    public record Result(int exit, String out, String err) {
        /** This result, if the run ended with 0. */
        public Result ok() {
            if (exit != 0) {
                throw new AssertionError("sluicectl exited with " + exit + "\n" + out + err);
            }
            return this;
        }
    }

    /** Runs a command to its end. */
    public Result run(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Program.home().resolve("bin/sluicectl").toString());
        command.addAll(List.of(arguments));
        try {
            Path out = Files.createTempFile(directory, "ctl", ".out");
            Path err = Files.createTempFile(directory, "ctl", ".err");
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.redirectInput(Path.of("/dev/null").toFile());
            builder.environment().putAll(Program.surroundings("sluicectl"));
            builder.environment().put("SLUICECTL_SERVER", server);
            Process process = builder.start();
            if (!process.waitFor(5, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError("sluicectl " + List.of(arguments) + " did not end");
            }
            return new Result(
                    process.exitValue(),
                    Files.readString(out, UTF_8),
                    Files.readString(err, UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Writes the text to a file and applies it. */
    public Result apply(String yaml, String... options) {
        try {
            Path file = Files.createTempFile(directory, "apply", ".yaml");
            Files.writeString(file, yaml);
            List<String> arguments = new ArrayList<>(List.of("apply", "-f", file.toString()));
            arguments.addAll(List.of(options));
            return run(arguments.toArray(String[]::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
