package io.sluice.cli.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows under headings, as wide as their content and never wider than the terminal: what does not
 * fit is cut with an ellipsis, the widest column first and the first column, which names the thing,
 * last. Not thread-safe.
 */
public final class Table {
    private static final String GAP = "  ";
    private static final int CELL_WIDTH_MIN = 5;
    private static final String ELLIPSIS = "\u2026";

    /** One cell. */
    public record Cell(String text, Tone tone) {
        public Cell {
            text = Terminal.printable(text);
        }
    }

    private final List<Cell> headings;
    private final boolean[] alignRight;
    private final List<List<Cell>> rows = new ArrayList<>();

    /** Headings; one that begins with {@code >} has its column aligned to the right. */
    public Table(List<String> headings) {
        this.alignRight = new boolean[headings.size()];
        this.headings = new ArrayList<>();
        for (int i = 0; i < alignRight.length; i++) {
            alignRight[i] = headings.get(i).startsWith(">");
            String heading = alignRight[i] ? headings.get(i).substring(1) : headings.get(i);
            this.headings.add(new Cell(heading, Tone.STRONG));
        }
    }

    /** Headings; one that begins with {@code >} has its column aligned to the right. */
    public Table(String... headings) {
        this(Arrays.asList(headings));
    }

    /** A plain cell. */
    public static Cell cell(String text) {
        return new Cell(text, Tone.PLAIN);
    }

    /** A cell in a tone. */
    public static Cell cell(Tone tone, String text) {
        return new Cell(text, tone);
    }

    /** Adds a row with one cell per heading. */
    public void row(List<Cell> cells) {
        if (cells.size() != headings.size()) {
            throw new IllegalArgumentException(
                    cells.size() + " cells, " + headings.size() + " columns");
        }
        rows.add(List.copyOf(cells));
    }

    /** Adds a row with one cell per heading. */
    public void row(Cell... cells) {
        row(Arrays.asList(cells));
    }

    /** Adds a row of plain cells. */
    public void row(String... cells) {
        row(Arrays.stream(cells).map(Table::cell).toList());
    }

    /** Rows so far. */
    public int size() {
        return rows.size();
    }

    /** Prints headings and rows, fitted to the terminal's width. */
    public void print(Terminal terminal) {
        print(terminal, terminal.width());
    }

    /** Prints headings and rows whole, however wide. */
    public void printWide(Terminal terminal) {
        print(terminal, Terminal.UNLIMITED);
    }

    private void print(Terminal terminal, int width) {
        int[] widths = fit(width);
        terminal.line(line(headings, widths, terminal));
        for (List<Cell> row : rows) {
            terminal.line(line(row, widths, terminal));
        }
    }

    private int[] fit(int width) {
        int[] widths = new int[headings.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = length(headings.get(i).text());
            for (List<Cell> row : rows) {
                widths[i] = Math.max(widths[i], length(row.get(i).text()));
            }
        }
        long excess =
                (long) Arrays.stream(widths).sum() + GAP.length() * (widths.length - 1L) - width;
        while (excess > 0 && cutWidest(widths)) {
            excess--;
        }
        return widths;
    }

    /** Takes one column off the widest; the first column only when no other can give. */
    private static boolean cutWidest(int[] widths) {
        int widest = 0;
        for (int i = 1; i < widths.length; i++) {
            if (widths[i] > CELL_WIDTH_MIN && (widest == 0 || widths[i] > widths[widest])) {
                widest = i;
            }
        }
        if (widths[widest] <= CELL_WIDTH_MIN) {
            return false;
        }
        widths[widest]--;
        return true;
    }

    private String line(List<Cell> cells, int[] widths, Terminal terminal) {
        StringBuilder line = new StringBuilder();
        int pending = 0; // spaces are written when something follows, so that no line ends in them
        for (int i = 0; i < widths.length; i++) {
            Cell cell = cells.get(i);
            String text = cut(cell.text(), widths[i]);
            int padding = widths[i] - length(text);
            if (alignRight[i]) {
                pending += padding;
                padding = 0;
            }
            if (!text.isEmpty()) {
                line.repeat(' ', pending).append(terminal.paint(cell.tone(), text));
                pending = 0;
            }
            pending += padding + GAP.length();
        }
        return line.toString();
    }

    static String cut(String text, int width) {
        if (length(text) <= width) {
            return text;
        }
        return text.substring(0, text.offsetByCodePoints(0, width - 1)) + ELLIPSIS;
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
