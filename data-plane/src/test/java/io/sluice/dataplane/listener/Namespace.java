package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Runs programs in a network of their own, for which the system has to allow namespaces. */
final class Namespace {
    private static final long SECONDS_MAX = 240;

    private Namespace() {}

    /** Skips the test, visibly, where that cannot be. */
    static void assumeThere() throws Exception {
        int exit;
        try {
            exit =
                    new ProcessBuilder("unshare", "-rn", "ip", "link", "set", "lo", "up")
                            .start()
                            .waitFor();
        } catch (IOException e) {
            exit = -1;
        }
        assumeThat(exit)
                .as("network namespaces may be made here (unshare -rn, ip): exit code")
                .isZero();
    }

    /**
     * Runs a shell script in a network of its own, as its root. {@code $JAVA CLASS ARGUMENT...}
     * starts a class of the tests.
     *
     * @return what it printed
     */
    static String run(String script) throws Exception {
        var builder =
                new ProcessBuilder("unshare", "-rnm", "sh", "-euc", script)
                        .redirectErrorStream(true);
        builder.environment().put("JAVA", java());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)).as(output).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java")
                + " --enable-native-access=ALL-UNNAMED -cp "
                + System.getProperty("java.class.path");
    }
}
