package io.sluice.dataplane;

import io.sluice.dataplane.net.FuzzCorpus;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Fuzzes the targets of {@link FuzzTargets} with Jazzer, one process after the other, beginning
 * with the corpus: what {@code mvn -Pfull verify} does. A finding is written to target/fuzz and
 * ends the build; it belongs into the corpus, together with its fix.
 */
public final class FuzzRun {
    private static final Path FOUND = Path.of("target/fuzz");

    private FuzzRun() {}

    /**
     * Runs.
     *
     * @param options seconds for each target, then the targets, by default all of them
     */
    public static void main(String[] options) throws IOException, InterruptedException {
        List<String> targets = new ArrayList<>(List.of(options).subList(1, options.length));
        if (targets.isEmpty()) {
            targets.addAll(FuzzTargets.NAMES);
        }
        List<String> failed = new ArrayList<>();
        for (String target : targets) {
            if (fuzz(target, Integer.parseInt(options[0])) != 0) {
                failed.add(target);
            }
        }
        if (!failed.isEmpty()) {
            System.err.println("fuzz: findings of " + failed + " are in " + FOUND);
            System.exit(1);
        }
    }

    private static int fuzz(String target, int seconds) throws IOException, InterruptedException {
        Path made = Files.createDirectories(FOUND.resolve(target));
        List<String> command =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:+EnableDynamicAgentLoading",
                        "-ea",
                        "-Xmx1g",
                        "-Dio.netty.leakDetection.level=paranoid",
                        "-Dsluice.fuzz=" + target,
                        "-cp",
                        System.getProperty("java.class.path"),
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=" + FuzzTargets.class.getName(),
                        "--instrumentation_includes=io.sluice.**",
                        // Its hooks of Unsafe do not bear what Netty does with it.
                        "--custom_hook_excludes=io.netty.**",
                        // Targets with a node of their own connect to it.
                        "--disabled_hooks="
                            + "com.code_intelligence.jazzer.sanitizers.ServerSideRequestForgery",
                        "--reproducer_path=" + FOUND,
                        "-max_total_time=" + seconds,
                        "-max_len=4096",
                        "-artifact_prefix=" + FOUND + File.separator + target + "-",
                        made.toString(),
                        FuzzCorpus.folder(target).toString());
        System.err.println("fuzz: " + target + " for " + seconds + " s");
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }
}
