package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/** What the kernel tells of sockets, as ss of iproute2 shows it. */
final class SocketStatistics {
    private SocketStatistics() {}

    /** Skips the test, visibly, where there is no such program. */
    static void assumeThere() {
        boolean there =
                Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(directory -> new File(directory, "ss").canExecute());
        assumeThat(there).as("ss of iproute2 is on the PATH").isTrue();
    }

    /** Those for which all of it holds, such as {@code sport = :80}. */
    static String ofTcp(String... filter) throws Exception {
        return run("-HOtnmio", filter);
    }

    static String ofUdp(String... filter) throws Exception {
        return run("-HOuanm", filter);
    }

    private static String run(String options, String... filter) throws Exception {
        Process process =
                new ProcessBuilder(
                                Stream.concat(
                                                Stream.of("ss", options, "--tos"),
                                                Stream.of(String.join(" and ", filter).split(" ")))
                                        .toList())
                        .redirectErrorStream(true)
                        .start();
        String shown =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(process.waitFor()).as(shown).isZero();
        return shown;
    }
}
