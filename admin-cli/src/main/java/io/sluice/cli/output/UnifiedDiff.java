package io.sluice.cli.output;

import java.util.ArrayList;
import java.util.List;

/** The differences between two texts, line by line, in the unified format. Stateless. */
public final class UnifiedDiff {
    private static final int CONTEXT_LINES = 3;
    private static final long TABLE_CELLS_MAX = 4_000_000;

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
     * Common beginning and end, and between them the shortest script unless that is too much work.
     */
    private static List<Line> script(List<String> before, List<String> after) {
        int shorter = Math.min(before.size(), after.size());
        int head = 0;
        while (head < shorter && before.get(head).equals(after.get(head))) {
            head++;
        }
        int tail = 0;
        while (tail < shorter - head
                && before.get(before.size() - 1 - tail)
                        .equals(after.get(after.size() - 1 - tail))) {
            tail++;
        }
        Script script = new Script(before, after);
        script.same(head);
        script.change(before.size() - tail, after.size() - tail);
        script.same(tail);
        return script.lines;
    }

    /** A walk through both texts, from the top. */
    private static final class Script {
        private final List<String> before;
        private final List<String> after;
        private final List<Line> lines = new ArrayList<>();
        private int oldAt;
        private int newAt;

        Script(List<String> before, List<String> after) {
            this.before = before;
            this.after = after;
        }

        void same(int count) {
            for (int i = 0; i < count; i++) {
                add(Sign.SAME);
            }
        }

        /** By the longest common subsequence, from a plain table. */
        void change(int oldEnd, int newEnd) {
            int oldStart = oldAt;
            int newStart = newAt;
            if ((long) (oldEnd - oldStart) * (newEnd - newStart) <= TABLE_CELLS_MAX) {
                int[][] common = common(oldEnd, newEnd);
                while (oldAt < oldEnd && newAt < newEnd) {
                    int i = oldAt - oldStart;
                    int j = newAt - newStart;
                    if (before.get(oldAt).equals(after.get(newAt))) {
                        add(Sign.SAME);
                    } else {
                        add(common[i + 1][j] >= common[i][j + 1] ? Sign.OLD : Sign.NEW);
                    }
                }
            }
            while (oldAt < oldEnd) {
                add(Sign.OLD);
            }
            while (newAt < newEnd) {
                add(Sign.NEW);
            }
        }

        /** Lines in common from each pair of lines on. */
        private int[][] common(int oldEnd, int newEnd) {
            int olds = oldEnd - oldAt;
            int news = newEnd - newAt;
            int[][] common = new int[olds + 1][news + 1];
            for (int i = olds - 1; i >= 0; i--) {
                for (int j = news - 1; j >= 0; j--) {
                    common[i][j] =
                            before.get(oldAt + i).equals(after.get(newAt + j))
                                    ? common[i + 1][j + 1] + 1
                                    : Math.max(common[i + 1][j], common[i][j + 1]);
                }
            }
            return common;
        }

        private void add(Sign sign) {
            String text = sign == Sign.NEW ? after.get(newAt) : before.get(oldAt);
            lines.add(new Line(sign, text, oldAt + 1, newAt + 1));
            oldAt += sign == Sign.NEW ? 0 : 1;
            newAt += sign == Sign.OLD ? 0 : 1;
        }
    }

    private static List<String> lines(String text) {
        return text.lines().toList();
    }
}
