package io.sluice.it.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A program of the machine that is no part of Sluice: what it is to relay to, or a client of it.
 */
public final class Daemon implements AutoCloseable {
    private static final List<String> PLACES =
            List.of("/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin");

    /** Below those that the kernel gives to whoever takes any. */
    private static final int PORTS_END = 32_000;

    private static final AtomicInteger nextPort =
            new AtomicInteger(20_000 + (int) (ProcessHandle.current().pid() % 1_000) * 10);

    private final Path log;
    private final Process process;

    private Daemon(Path log, Process process) {
        this.log = log;
        this.process = process;
    }

    /** A program; the test is skipped, and says so, where it is missing. */
    public static String find(String name, String debianPackage) {
        Optional<String> found = installed(name);
        assumeThat(found)
                .as(name + " is not installed (Debian: " + debianPackage + ")")
                .isPresent();
        return found.orElseThrow();
    }

    /** A program, if this machine has it. */
    public static Optional<String> installed(String name) {
        return Stream.concat(Stream.of(System.getenv("PATH").split(":", -1)), PLACES.stream())
                .map(place -> Path.of(place, name))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    /** Starts one that stays in the foreground, with what it prints in a file. */
    public static Daemon start(Path log, String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        return new Daemon(
                log,
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .redirectInput(Path.of("/dev/null").toFile())
                        .start());
    }

    /** Runs one to its end and returns what it printed. */
    public static String run(String program, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(program + " ends").isTrue();
        return out;
    }

    /** A port of the loopback address that nobody listens on; each is given once. */
    public static int unusedPort() {
        return unusedPorts(1, "127.0.0.1");
    }

    /** The first of so many in a row that are so at each of the addresses. */
    public static int unusedPorts(int count, String... hosts) {
        int first = nextPort.getAndAdd(count);
        while (first + count <= PORTS_END) {
            int from = first;
            if (Stream.of(hosts).allMatch(host -> isFree(host, from, count))) {
                return first;
            }
            first = nextPort.getAndAdd(count);
        }
        throw new AssertionError("no ports are free");
    }

    private static boolean isFree(String host, int first, int count) {
        List<ServerSocket> bound = new ArrayList<>();
        try {
            for (int port = first; port < first + count; port++) {
                bound.add(new ServerSocket(port, 1, InetAddress.ofLiteral(host)));
            }
            return true;
        } catch (IOException e) {
            return false;
        } finally {
            bound.forEach(Daemon::close);
        }
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it takes connections there; fails, with what it printed, if it ends first. */
    public Daemon listensOn(int port) {
        Await.until("a program on port " + port, () -> !process.isAlive() || accepts(port));
        if (!process.isAlive()) {
            throw new AssertionError("ended with " + process.exitValue() + ":\n" + log());
        }
        return this;
    }

    private static boolean accepts(int port) throws IOException {
        try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return probe.isConnected();
        }
    }

    /** Everything it printed so far. */
    public String log() {
        try {
            return Files.readString(log, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it, in order, and waits for that. */
    public void stop() {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        stop();
    }
}
