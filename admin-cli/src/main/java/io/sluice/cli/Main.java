package io.sluice.cli;

import io.sluice.cli.command.Sluicectl;

/** Entry point of the program {@code sluicectl}. */
public final class Main {
    private Main() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        if (arguments.length == 1 && arguments[0].equals("--train")) {
            System.exit(Training.run());
        }
        System.exit(Sluicectl.run(ProcessOptions.shell(), arguments));
    }
}
