package io.sluice.proto;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds what someone probably meant to write. */
public final class DidYouMean {
    private static final int CHARS_MAX = 64;

    private DidYouMean() {}

    /**
     * The candidate nearest to a text by edits (insert, delete, replace, swap of neighbours; case
     * does not count); empty if all are further away than a third of its length.
     */
    public static Optional<String> closest(String text, Collection<String> candidates) {
        if (text.length() > CHARS_MAX) {
            return Optional.empty();
        }
        String wanted = text.toLowerCase(Locale.ROOT);
        String best = null;
        int bestDistance = Math.max(1, Math.min(3, (text.length() + 1) / 3)) + 1;
        for (String candidate : candidates) {
            if (Math.abs(candidate.length() - text.length()) >= bestDistance) {
                continue;
            }
            int distance = distance(wanted, candidate.toLowerCase(Locale.ROOT));
            if (distance < bestDistance) {
                bestDistance = distance;
                best = candidate;
            }
        }
        return Optional.ofNullable(best);
    }

    /** {@code did you mean "x"?}, or empty. */
    public static String hint(String text, Collection<String> candidates) {
        return closest(text, candidates).map(found -> "did you mean \"" + found + "\"?").orElse("");
    }

    private static int distance(String a, String b) {
        int[][] edits = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                edits[i][j] = i == 0 ? j : j == 0 ? i : step(edits, a, b, i, j);
            }
        }
        return edits[a.length()][b.length()];
    }

    private static int step(int[][] edits, String a, String b, int i, int j) {
        int replace = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int least = Math.min(edits[i - 1][j], edits[i][j - 1]) + 1;
        least = Math.min(least, edits[i - 1][j - 1] + replace);
        boolean swapped =
                i > 1
                        && j > 1
                        && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(least, edits[i - 2][j - 2] + 1) : least;
    }
}
