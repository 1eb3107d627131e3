package io.sluice.cli.output;

import java.util.ArrayList;
import java.util.List;

/** The differences between two texts, line by line, in the unified format. Stateless. */
public final class UnifiedDiff {
    private static final int CONTEXT_LINES = 3;

    private enum Sign {
        SAME(' ', Tone.PLAIN),
        OLD('-', Tone.BAD),
        NEW('+', Tone.GOOD);

        private final char mark;
        private final Tone tone;

        Sign(char mark, Tone tone) {
            this.mark = mark;
            this.tone = tone;
        }
    }

    private record Line(Sign sign, String text, int oldLine, int newLine) {}

    private UnifiedDiff() {}

    /**
     * Prints the differences; nothing where there are none.
     *
     * @param oldName heading of the text before
     * @param newName heading of the text after
     * @return whether there were any
     */
    public static boolean print(
            Terminal terminal, String oldName, String before, String newName, String after) {
        if (before.equals(after)) {
            return false;
        }
        terminal.line(terminal.paint(Tone.STRONG, "--- " + oldName));
        terminal.line(terminal.paint(Tone.STRONG, "+++ " + newName));
        List<Line> script = script(lines(before), lines(after));
        int at = 0;
        while (at < script.size()) {
            int change = nextChange(script, at);
            if (change == script.size()) {
                break;
            }
            int from = Math.max(at, change - CONTEXT_LINES);
            int to = hunkEnd(script, change);
            printHunk(terminal, script.subList(from, to));
            at = to;
        }
        return true;
    }

    private static int nextChange(List<Line> script, int from) {
        int at = from;
        while (at < script.size() && script.get(at).sign() == Sign.SAME) {
            at++;
        }
        return at;
    }

    /** Changes closer than twice the context share a hunk. */
    private static int hunkEnd(List<Line> script, int change) {
        int last = change;
        for (int at = change; at < script.size() && at - last <= 2 * CONTEXT_LINES; at++) {
            if (script.get(at).sign() != Sign.SAME) {
                last = at;
            }
        }
        return Math.min(script.size(), last + 1 + CONTEXT_LINES);
    }

    private static void printHunk(Terminal terminal, List<Line> hunk) {
        long olds = hunk.stream().filter(line -> line.sign() != Sign.NEW).count();
        long news = hunk.stream().filter(line -> line.sign() != Sign.OLD).count();
        int oldStart = olds == 0 ? hunk.getFirst().oldLine() - 1 : hunk.getFirst().oldLine();
        int newStart = news == 0 ? hunk.getFirst().newLine() - 1 : hunk.getFirst().newLine();
        terminal.line(
                terminal.paint(
                        Tone.NOTE,
                        "@@ -" + oldStart + "," + olds + " +" + newStart + "," + news + " @@"));
        for (Line line : hunk) {
            String text = line.sign().mark + Terminal.printable(line.text());
            terminal.line(terminal.paint(line.sign().tone, text));
        }
    }

    /**
     * The longest common subsequence by the plain table: resources have hundreds of lines, not
     * millions.
     */
    private static List<Line> script(List<String> before, List<String> after) {
        int[][] common = new int[before.size() + 1][after.size() + 1];
        for (int i = before.size() - 1; i >= 0; i--) {
            for (int j = after.size() - 1; j >= 0; j--) {
                common[i][j] =
                        before.get(i).equals(after.get(j))
                                ? common[i + 1][j + 1] + 1
                                : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        List<Line> script = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < before.size() || j < after.size()) {
            if (i < before.size() && j < after.size() && before.get(i).equals(after.get(j))) {
                script.add(new Line(Sign.SAME, before.get(i), ++i, ++j));
            } else if (j == after.size()
                    || (i < before.size() && common[i + 1][j] >= common[i][j + 1])) {
                script.add(new Line(Sign.OLD, before.get(i), ++i, j + 1));
            } else {
                script.add(new Line(Sign.NEW, after.get(j), i + 1, ++j));
            }
        }
        return script;
    }

    private static List<String> lines(String text) {
        return text.lines().toList();
    }
}
