package io.sluice.cli.command;

import io.sluice.cli.output.Terminal;
import io.sluice.cli.output.Tone;

/** Lines of {@code Name: value}, aligned; what is empty is left out. */
final class Fields {
    private static final int NAME_COLUMNS = 16;

    private final Terminal terminal;

    Fields(Terminal terminal) {
        this.terminal = terminal;
    }

    void line(String name, String value) {
        line(name, Tone.PLAIN, value);
    }

    void line(String name, Tone tone, String value) {
        if (!value.isEmpty()) {
            String label = name + ":" + " ".repeat(Math.max(1, NAME_COLUMNS - name.length() - 1));
            terminal.line(
                    terminal.paint(Tone.STRONG, label)
                            + terminal.paint(tone, Terminal.printable(value)));
        }
    }
}
