package io.sluice.it.scale;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Measures a core in a process of its own under simulated nodes in this one, and prints: memory per
 * idle node, time from a change to ACTIVE, bytes of one weight change. Arguments: nodes (1000),
 * routes of the small configuration (20) and of the large one (10000); 0 leaves one out.
 *
 * <p>The core and all nodes share this machine's cores: the times are an upper bound.
 */
final class ScaleRun {
    private static final int CHANGES = 30;
    private static final int BATCH = 100;
    private static final int WARM_UP_CHANGES = 30;

    private final int nodes;

    private ScaleRun(int nodes) {
        this.nodes = nodes;
    }

    public static void main(String[] arguments) throws Exception {
        int[] numbers = Arrays.stream(arguments).mapToInt(Integer::parseInt).toArray();
        ScaleRun run = new ScaleRun(numbers.length > 0 ? numbers[0] : 1_000);
        int small = numbers.length > 1 ? numbers[1] : 20;
        int large = numbers.length > 2 ? numbers[2] : 10_000;
        if (small > 0) {
            run.measure(small, true);
        }
        if (large > 0) {
            run.measure(large, false);
        }
    }

    private void measure(int routes, boolean everyNodeComputes) throws Exception {
        Path data = Files.createTempDirectory("sluice-scale");
        try (Core core = new Core(data)) {
            print(routes + " routes, " + nodes + " nodes");
            String stored = core.ask("routes " + routes);
            int revision = Integer.parseInt(stored.substring(stored.lastIndexOf(' ') + 1));
            try (SimulatedFleet one = new SimulatedFleet(core.address(), 1, true)) {
                // Classes and caches are there before memory is compared.
                one.connect();
                core.ask("settled " + revision + " 1");
            }
            String empty = core.ask("used 0");
            long usedBefore = used(empty);
            try (SimulatedFleet fleet =
                    new SimulatedFleet(core.address(), nodes, everyNodeComputes)) {
                long start = System.nanoTime();
                for (int connected = 0; connected < nodes; connected += BATCH) {
                    // In batches: this process must not hold a whole snapshot for each node at
                    // once.
                    fleet.connect(connected, Math.min(nodes, connected + BATCH));
                    core.ask("settled " + revision + " " + Math.min(nodes, connected + BATCH));
                }
                print(
                        "all nodes connected and active: "
                                + (System.nanoTime() - start) / 1_000_000
                                + " ms");
                String idle = core.ask("used 0");
                long usedAfter = used(idle);
                print(
                        "memory per idle node (heap and direct): "
                                + (usedAfter - usedBefore) / nodes / 1024
                                + " KiB, before and after: "
                                + usedBefore / 1024
                                + " "
                                + usedAfter / 1024
                                + "; resident: "
                                + (rss(idle) - rss(empty))
                                + " KiB more");
                core.ask("weights " + WARM_UP_CHANGES + " " + nodes);
                long sentBefore = number(core.ask("sent 0"));
                String cpuBefore = core.ask("cpu 0");
                print(
                        "change of weights to ACTIVE: "
                                + core.ask("weights " + CHANGES + " " + nodes));
                long sentAfter = number(core.ask("sent 0"));
                print(
                        "bytes per node and weight change: "
                                + (sentAfter - sentBefore) / CHANGES / nodes);
                String cpuAfter = core.ask("cpu 0");
                print(
                        "CPU time of the core per weight change: "
                                + (number(cpuAfter) - number(cpuBefore)) / CHANGES
                                + " ms; before and after: "
                                + cpuBefore
                                + "; "
                                + cpuAfter);
                print("load average: " + load());
                print("new route to ACTIVE: " + core.ask("additions " + CHANGES + " " + nodes));
                print("failures: " + fleet.failures());
            }
        }
    }

    private static long used(String answer) {
        return Long.parseLong(answer.replaceAll(".*: (\\d+).*", "$1"));
    }

    private static long rss(String answer) {
        return Long.parseLong(answer.substring(answer.lastIndexOf(' ') + 1));
    }

    private static long number(String answer) {
        return used(answer);
    }

    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private static void print(String line) {
        System.out.println("scale: " + line);
    }

    /** The other process. */
    private static final class Core implements AutoCloseable {
        private final Process process;
        private final BufferedReader answers;
        private final PrintWriter commands;
        private final int port;
        private final Path log;

        Core(Path data) throws IOException {
            log = data.resolve("core.log");
            process =
                    new ProcessBuilder(
                                    List.of(
                                            ProcessHandle.current().info().command().orElse("java"),
                                            "--enable-native-access=ALL-UNNAMED",
                                            "--sun-misc-unsafe-memory-access=allow",
                                            "-XX:+UseSerialGC",
                                            "-Xmx1g",
                                            "-cp",
                                            System.getProperty("java.class.path"),
                                            ScaleCoreProcess.class.getName(),
                                            data.toString()))
                            .redirectError(log.toFile())
                            .start();
            answers =
                    new BufferedReader(
                            new InputStreamReader(
                                    process.getInputStream(), StandardCharsets.UTF_8));
            commands = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
            port = Integer.parseInt(read("port ").substring("port ".length()));
        }

        InetSocketAddress address() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        }

        String ask(String command) throws IOException {
            commands.println(command);
            return read(command + ": ");
        }

        private String read(String prefix) throws IOException {
            for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                if (line.startsWith(prefix)) {
                    return line;
                }
            }
            throw new IOException("the core ended; see " + log);
        }

        @Override
        public void close() {
            process.destroy();
        }
    }
}
