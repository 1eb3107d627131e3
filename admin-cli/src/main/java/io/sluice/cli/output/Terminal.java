package io.sluice.cli.output;

import java.io.PrintStream;
import java.util.function.IntSupplier;

/**
 * The two output streams and who is at their other end. Data goes to {@link #out}, messages to
 * {@link #message}. Not thread-safe.
 */
public final class Terminal {
    /** No limit: whatever reads this is no terminal. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    private final PrintStream out;
    private final PrintStream err;
    private final Looks looks;
    private final IntSupplier columns;
    private boolean lineOpen;

    /**
     * Whether somebody looks at the streams, and what they can show.
     *
     * @param outTerminal standard output is a terminal
     * @param outColours colours on standard output
     * @param errColours colours on standard error
     * @param animation standard error is a terminal that can redraw a line
     */
    public record Looks(
            boolean outTerminal, boolean outColours, boolean errColours, boolean animation) {}

    /**
     * @param columns width of the terminal; asked only when standard output is one
     */
    public Terminal(PrintStream out, PrintStream err, Looks looks, IntSupplier columns) {
        this.out = out;
        this.err = err;
        this.looks = looks;
        this.columns = columns;
    }

    /** A line of data. */
    public void line(String text) {
        out.println(text);
    }

    /** A piece of text that is data, as it is. */
    public void print(String text) {
        out.print(text);
    }

    /** Hands what was printed to the reader now: for output that goes on. */
    public void flush() {
        out.flush();
    }

    /**
     * A line for the human, on standard error. Standard output is flushed first, so that the order
     * stays.
     */
    public void message(String text) {
        message(Tone.PLAIN, text);
    }

    /** A line for the human in a tone. */
    public void message(Tone tone, String text) {
        out.flush();
        closeLine();
        err.println(tone.paint(text, looks.errColours()));
        err.flush();
    }

    /** Draws a line over the last one drawn so; only where {@link #animated()}. */
    public void redraw(String text) {
        err.print("\r" + text + "\u001b[K");
        err.flush();
        lineOpen = true;
    }

    /** Ends a redrawn line, so that the next message starts on its own. */
    public void closeLine() {
        if (lineOpen) {
            err.println();
            lineOpen = false;
        }
    }

    /** Moves to the top of an empty screen; only where {@link #interactive()}. */
    public void clearScreen() {
        out.print("\u001b[H\u001b[2J");
    }

    /** The text in a tone if standard output shows colours. */
    public String paint(Tone tone, String text) {
        return tone.paint(text, looks.outColours());
    }

    /** The text in a tone if standard error shows colours. */
    public String paintMessage(Tone tone, String text) {
        return tone.paint(text, looks.errColours());
    }

    /** Whether standard output is a terminal. */
    public boolean interactive() {
        return looks.outTerminal();
    }

    /** Whether messages may redraw themselves. */
    public boolean animated() {
        return looks.animation();
    }

    /** Columns that fit, or {@link #UNLIMITED} where standard output is no terminal. */
    public int width() {
        return looks.outTerminal() ? columns.getAsInt() : UNLIMITED;
    }

    /**
     * Text of others with its control characters made visible, so that it cannot steer the
     * terminal.
     */
    public static String printable(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                return replaceControls(text);
            }
        }
        return text;
    }

    private static String replaceControls(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            safe.append(c == '\n' || c == '\t' ? ' ' : Character.isISOControl(c) ? '\ufffd' : c);
        }
        return safe.toString();
    }
}
