package io.sluice.it.scale;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A core in a process of its own, told by lines on its input what to do: one line of answer each.
 * The first line it writes is its port.
 */
final class ScaleCoreProcess {
    private ScaleCoreProcess() {}

    public static void main(String[] arguments) throws Exception {
        try (ScaleCore core = new ScaleCore(Path.of(arguments[0]));
                BufferedReader commands =
                        new BufferedReader(
                                new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println("port " + core.address().getPort());
            for (String line = commands.readLine(); line != null; line = commands.readLine()) {
                String[] words = line.split(" ");
                System.out.println(line + ": " + answer(core, words));
            }
        }
        System.exit(0);
    }

    private static String answer(ScaleCore core, String[] words) throws Exception {
        int number = words.length > 1 ? Integer.parseInt(words[1]) : 0;
        int nodes = words.length > 2 ? Integer.parseInt(words[2]) : 0;
        return switch (words[0]) {
            case "routes" -> "revision " + core.storeRoutes(number);
            case "settled" -> core.settled(number, nodes).toString();
            case "connected" -> Integer.toString(core.connected());
            case "used" -> ScaleCore.usedBytes() + " rss " + rssKib();
            case "sent" -> Long.toString(core.bytesSent());
            case "cpu" -> cpuMillis();
            case "weights" -> quantiles(core, number, nodes, false);
            case "additions" -> quantiles(core, number, nodes, true);
            default -> "unknown";
        };
    }

    private static String quantiles(ScaleCore core, int changes, int nodes, boolean additions)
            throws Exception {
        List<Long> all = new ArrayList<>();
        for (int i = 0; i < changes; i++) {
            all.addAll(
                    core.measure(nodes, additions ? core::addNextRoute : core::changeNextWeight));
        }
        Collections.sort(all);
        return "samples "
                + all.size()
                + " p50 "
                + millis(all, 0.50)
                + " ms p90 "
                + millis(all, 0.90)
                + " ms p99 "
                + millis(all, 0.99)
                + " ms max "
                + millis(all, 1)
                + " ms";
    }

    private static String millis(List<Long> sorted, double quantile) {
        int index = (int) Math.ceil(quantile * sorted.size()) - 1;
        return String.format("%.1f", sorted.get(Math.max(0, index)) / 1e6);
    }

    /** CPU time of this process so far, and of its threads by what they are for. */
    private static String cpuMillis() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Map<String, Long> byPurpose = new TreeMap<>();
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null) {
                long millis = threads.getThreadCpuTime(thread.getThreadId()) / 1_000_000;
                byPurpose.merge(thread.getThreadName().replaceAll("-\\d.*", ""), millis, Long::sum);
            }
        }
        byPurpose.values().removeIf(millis -> millis < 10);
        long all = ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis();
        return all + " ms " + byPurpose;
    }

    private static long rssKib() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        return 0;
    }
}
