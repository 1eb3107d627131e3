package io.sluice.cli.command;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * All that a command sees of the process it runs in.
 *
 * @param environment environment variables
 * @param home the user's home directory
 * @param userName who the operating system says the user is
 * @param outTerminal standard output is a terminal
 * @param errTerminal standard error is a terminal
 * @param columns width of the terminal; asked only when there is one
 * @param clock for ages
 * @param ticker for waiting
 * @param programs runs other programs
 */
public record Shell(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Map<String, String> environment,
        Path home,
        String userName,
        boolean outTerminal,
        boolean errTerminal,
        IntSupplier columns,
        InstantSource clock,
        Ticker ticker,
        Programs programs) {

    /** Runs another program in the foreground: the editor. */
    public interface Programs {
        /**
         * Runs it to its end.
         *
         * @return its exit code
         * @throws IOException when it cannot be started
         * @throws InterruptedException when the command is to end
         */
        int run(List<String> command) throws IOException, InterruptedException;
    }

    /** An environment variable, "" where it is not set. */
    String variable(String name) {
        return environment.getOrDefault(name, "");
    }
}
