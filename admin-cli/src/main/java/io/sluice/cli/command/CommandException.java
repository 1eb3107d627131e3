package io.sluice.cli.command;

import java.util.List;

/** A command's end that is no success, in words for the user. */
final class CommandException extends RuntimeException {
    private final int exitCode;

    /** The most important line last. */
    CommandException(int exitCode, String... lines) {
        super(String.join("\n", lines));
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }

    List<String> lines() {
        String message = getMessage();
        return message == null ? List.of() : message.lines().toList();
    }
}
