package io.sluice.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

class TableTest {
    private final Table table = new Table("NAME", "HOSTS", ">RULES", "CLUSTERS");

    {
        table.row("shop", "shop.example,*.shop.example", "12", "checkout-v1:95,checkout-v2:5");
        table.row("a-route-with-a-long-name", "*", "1", "");
    }

    @Test
    void isAsWideAsItsContentInAPipe() {
        assertThat(print(false, 40))
                .isEqualTo(
                        """
                        NAME                      HOSTS                        RULES  CLUSTERS
                        shop                      shop.example,*.shop.example     12  checkout-v1:95,checkout-v2:5
                        a-route-with-a-long-name  *                                1
                        """);
    }

    @Test
    void cutsTheWidestColumnsToTheTerminalAndKeepsNames() {
        assertThat(print(true, 60))
                .isEqualTo(
                        """
                        NAME                      HOSTS         RULES  CLUSTERS
                        shop                      shop.exampl\u2026     12  checkout-v1:\u2026
                        a-route-with-a-long-name  *                 1
                        """);
        assertThat(print(true, 60).lines()).allMatch(line -> line.length() <= 60);
    }

    @Test
    void cutsNamesWhenNothingElseCanGive() {
        assertThat(print(true, 30).lines()).allMatch(line -> line.length() <= 30);
    }

    @Test
    void paintsCellsOnlyWhereColoursShow() {
        Table states = new Table("STATE");
        states.row(Table.cell(Tone.GOOD, "connected"));

        ByteArrayOutputStream out = new ByteArrayOutputStream();
        states.print(terminal(out, true, true, 80));

        assertThat(out.toString(StandardCharsets.UTF_8)).contains("\u001b[32mconnected\u001b[0m");
    }

    @Test
    void showsControlCharactersOfOthersHarmlessly() {
        Table labels = new Table("LABELS");
        labels.row("a\u001b[2Jb\nc");

        ByteArrayOutputStream out = new ByteArrayOutputStream();
        labels.print(terminal(out, true, false, 80));

        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("LABELS\na\ufffd[2Jb c\n");
    }

    private String print(boolean outTerminal, int columns) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        table.print(terminal(out, outTerminal, false, columns));
        return out.toString(StandardCharsets.UTF_8);
    }

    private static Terminal terminal(
            ByteArrayOutputStream out, boolean outTerminal, boolean colours, int columns) {
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        return new Terminal(
                stream,
                stream,
                new Terminal.Looks(outTerminal, colours, false, false),
                () -> columns);
    }
}
