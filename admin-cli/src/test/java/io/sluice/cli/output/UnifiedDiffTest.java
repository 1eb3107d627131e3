package io.sluice.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

class UnifiedDiffTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void saysNothingAboutEqualTexts() {
        assertThat(print("a\nb\n", "a\nb\n")).isFalse();
        assertThat(out.size()).isZero();
    }

    @Test
    void showsChangesWithThreeLinesAround() {
        String before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n";
        String after = before.replace("5\n6\n", "five\n6\n").replace("14\n", "");

        assertThat(print(before, after)).isTrue();
        assertThat(text())
                .isEqualTo(
                        """
                        --- old
                        +++ new
                        @@ -2,7 +2,7 @@
                         2
                         3
                         4
                        -5
                        +five
                         6
                         7
                         8
                        @@ -11,5 +11,4 @@
                         11
                         12
                         13
                        -14
                         15
                        """);
    }

    @Test
    void showsACreatedTextWhole() {
        print("", "a\nb\n");

        assertThat(text()).isEqualTo("--- old\n+++ new\n@@ -0,0 +1,2 @@\n+a\n+b\n");
    }

    @Test
    void staysSmallForLargeTextsThatDifferALittle() {
        String before =
                IntStream.range(0, 60_000).mapToObj(i -> i + "\n").collect(Collectors.joining());

        print(before, before.replace("\n30000\n", "\nthirty thousand\n"));

        assertThat(text()).contains("-30000\n+thirty thousand\n").hasLineCount(11);
    }

    @Test
    void largeTextsWithNothingInCommonAreReplaced() {
        String before = "a\n".repeat(5_000);
        String after = "b\n".repeat(5_000);

        assertThat(print(before, after)).isTrue();
        assertThat(text()).contains("@@ -1,5000 +1,5000 @@");
    }

    private boolean print(String before, String after) {
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        Terminal terminal =
                new Terminal(
                        stream, stream, new Terminal.Looks(false, false, false, false), () -> 80);
        return UnifiedDiff.print(terminal, "old", before, "new", after);
    }

    private String text() {
        return out.toString(StandardCharsets.UTF_8);
    }
}
