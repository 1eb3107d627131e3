package io.sluice.cli.command;

import io.sluice.cli.client.RestClient;
import io.sluice.cli.json.Json;
import io.sluice.cli.json.JsonWriter;
import io.sluice.cli.output.Terminal;
import io.sluice.cli.output.YamlText;

import org.jspecify.annotations.Nullable;

import java.time.Instant;

/**
 * One run of one command: its options once they are parsed, the control plane and the terminal. Not
 * thread-safe.
 */
final class Session {
    private final Shell shell;
    private CliOptions.Flags flags = CliOptions.Flags.NONE;
    private @Nullable CliOptions options;
    private @Nullable RestClient client;
    private @Nullable Terminal terminal;

    Session(Shell shell) {
        this.shell = shell;
    }

    /** What the command line said; before anything below is asked for. */
    void flags(CliOptions.Flags given) {
        flags = given;
    }

    Shell shell() {
        return shell;
    }

    CliOptions options() {
        if (options == null) {
            options = CliOptions.resolve(flags, shell);
        }
        return options;
    }

    RestClient client() {
        if (client == null) {
            client = new RestClient(options().server());
        }
        return client;
    }

    Terminal terminal() {
        if (terminal == null) {
            terminal = terminal(options().colours());
        }
        return terminal;
    }

    /** A terminal for messages, also for those about options that make no sense. */
    Terminal terminalWithoutOptions() {
        return terminal != null ? terminal : terminal(!flags.noColor() && !CliOptions.plain(shell));
    }

    OutputFormat output() {
        return options().output();
    }

    Instant now() {
        return shell.clock().instant();
    }

    /** Prints data as JSON or YAML if that is what the user wants. */
    boolean printTree(Json json) {
        return switch (output()) {
            case JSON -> {
                terminal().line(JsonWriter.pretty(json));
                yield true;
            }
            case YAML -> {
                terminal().print(YamlText.of(json));
                yield true;
            }
            case TABLE, WIDE, NAME -> false;
        };
    }

    private Terminal terminal(boolean colours) {
        boolean animation = shell.errTerminal() && !shell.variable("TERM").equals("dumb");
        Terminal.Looks looks =
                new Terminal.Looks(
                        shell.outTerminal(),
                        shell.outTerminal() && colours,
                        shell.errTerminal() && colours,
                        animation);
        return new Terminal(shell.out(), shell.err(), looks, shell.columns());
    }
}
