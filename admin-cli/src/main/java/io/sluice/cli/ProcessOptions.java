package io.sluice.cli;

import io.sluice.cli.command.Shell;
import io.sluice.cli.command.Ticker;

import java.io.BufferedReader;
import java.io.Console;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The process as a {@link Shell}: the one place that reads its environment and properties. */
final class ProcessOptions {
    private static final int OUT_BYTES = 16 * 1024;
    private static final int COLUMNS_DEFAULT = 80;

    private ProcessOptions() {}

    static Shell shell() {
        Map<String, String> environment = System.getenv();
        return new Shell(
                System.in,
                stream(FileDescriptor.out, OUT_BYTES),
                stream(FileDescriptor.err, 1),
                environment,
                Path.of(environment.getOrDefault("HOME", System.getProperty("user.home", "/"))),
                System.getProperty("user.name", ""),
                isTerminal(1),
                isTerminal(2),
                () -> columns(environment),
                InstantSource.system(),
                new ProcessTicker(),
                ProcessOptions::run);
    }

    /** UTF-8 whatever the locale: what is printed is read by programs as often as by people. */
    private static PrintStream stream(FileDescriptor descriptor, int bufferBytes) {
        OutputStream raw = new FileOutputStream(descriptor);
        return new PrintStream(
                bufferBytes > 1 ? new java.io.BufferedOutputStream(raw, bufferBytes) : raw,
                false,
                StandardCharsets.UTF_8);
    }

    /** The JDK only tells whether all streams are a terminal; Linux tells each. */
    private static boolean isTerminal(int descriptor) {
        Path link = Path.of("/proc/self/fd/" + descriptor);
        if (!Files.isSymbolicLink(link)) {
            return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
        }
        try {
            String target = Files.readSymbolicLink(link).toString();
            return target.startsWith("/dev/pts/")
                    || target.startsWith("/dev/tty")
                    || target.equals("/dev/console");
        } catch (IOException e) {
            return false; // closed: nobody looks
        }
    }

    private static int columns(Map<String, String> environment) {
        int said = positive(environment.getOrDefault("COLUMNS", ""));
        if (said > 0) {
            return said;
        }
        try {
            Process stty =
                    new ProcessBuilder("stty", "size").redirectInput(new File("/dev/tty")).start();
            try (BufferedReader answer =
                    new BufferedReader(
                            new InputStreamReader(
                                    stty.getInputStream(), StandardCharsets.US_ASCII))) {
                String line = answer.readLine();
                int columns = line == null ? 0 : positive(line.substring(line.indexOf(' ') + 1));
                return columns > 0 ? columns : COLUMNS_DEFAULT;
            }
        } catch (IOException e) {
            return COLUMNS_DEFAULT; // no stty, or no controlling terminal
        }
    }

    private static int positive(String text) {
        return text.matches("[1-9]\\d{0,4}") ? Integer.parseInt(text) : 0;
    }

    private static int run(List<String> command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    /** The system's time. */
    private record ProcessTicker() implements Ticker {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void pause(Duration duration) throws InterruptedException {
            Thread.sleep(duration);
        }
    }
}
