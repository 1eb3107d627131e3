package io.sluice.it.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One of the packaged programs, running as a process with its output in a file. */
public final class Program implements AutoCloseable {
    private final String name;
    private final Path log;
    private final Process process;

    private Program(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /** The unpacked archive that the build laid out. */
    public static Path home() {
        return Path.of(System.getProperty("sluice.home")).toAbsolutePath().normalize();
    }

    /**
     * What a program finds in its environment: the AOT cache is one for all tests, made during the
     * first ones. Programs whose lives are short get the quick compiler only; nodes run as users
     * run them.
     */
    public static Map<String, String> surroundings(String name) {
        String cache = Path.of("target", "cache").toAbsolutePath().toString();
        String options = name.equals("sluice-node") ? "" : "-XX:TieredStopAtLevel=1";
        return Map.of("XDG_CACHE_HOME", cache, "SLUICE_JAVA_OPTS", options);
    }

    /** Starts {@code bin/NAME} of the archive. */
    public static Program start(
            String name, Path log, List<String> arguments, Map<String, String> environment) {
        List<String> command = new ArrayList<>();
        command.add(home().resolve("bin").resolve(name).toString());
        command.addAll(arguments);
        try {
            Files.createDirectories(log.getParent());
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.redirectInput(Path.of("/dev/null").toFile());
            builder.environment().putAll(surroundings(name));
            builder.environment().putAll(environment);
            return new Program(name, log, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Waits for the ready file and returns its text; fails, with the log, if the process ends
     * first.
     */
    public String ready(Path readyFile) {
        Await.until(name + " ready", () -> Files.exists(readyFile) || !process.isAlive());
        if (!Files.exists(readyFile)) {
            throw new AssertionError(
                    name
                            + " ended with "
                            + process.exitValue()
                            + " before it was ready:\n"
                            + log());
        }
        try {
            return Files.readString(readyFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public boolean alive() {
        return process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    /** Everything it printed so far. */
    public String log() {
        try {
            return Files.exists(log) ? Files.readString(log, UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGTERM. */
    public void terminate() {
        process.destroy();
    }

    /** SIGKILL, and waits until the kernel has buried it. */
    public void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    /** Sends a signal by its name, such as STOP, CONT or USR1. */
    public void signal(String signal) {
        try {
            int exit =
                    new ProcessBuilder("kill", "-" + signal, Long.toString(pid()))
                            .inheritIO()
                            .start()
                            .waitFor();
            if (exit != 0) {
                throw new AssertionError("kill -" + signal + " exited with " + exit);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for the end and returns the exit code. */
    public int awaitExit() {
        try {
            if (!process.waitFor(Await.DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(name + " did not end:\n" + log());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        kill();
    }
}
