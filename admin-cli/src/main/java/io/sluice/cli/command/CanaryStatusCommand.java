package io.sluice.cli.command;

import io.sluice.cli.json.Json;
import io.sluice.cli.output.Figures;
import io.sluice.cli.output.Table;
import io.sluice.cli.output.Tone;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.util.List;
import java.util.concurrent.Callable;

/** {@code sluicectl canary status}: all splits and who owns their weights. */
@Command(
        name = "status",
        sortOptions = false,
        description = {"Show every split with its weights, and which of them a canary owns.", ""},
        footerHeading = "%nExamples:%n",
        footer = {"  sluicectl canary status", "  sluicectl canary status shop/checkout -o json"})
final class CanaryStatusCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(
            arity = "0..1",
            paramLabel = "ROUTE[/RULE]",
            description =
                    "Only this one: shop/checkout, shop for all of that route, or"
                            + " listener:postgres.")
    private @Nullable String target;

    CanaryStatusCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        List<Json> canaries =
                session.client().list("/api/v1/canaries").stream().filter(this::wanted).toList();
        if (session.output() == OutputFormat.NAME) {
            canaries.forEach(canary -> session.terminal().line(canary.text("split")));
            return ExitCode.OK;
        }
        if (session.printTree(Json.object(list -> list.put("items", Json.array(canaries))))) {
            return ExitCode.OK;
        }
        if (canaries.isEmpty()) {
            session.terminal()
                    .message(
                            target == null
                                    ? "no route or listener splits"
                                    : "no such split: " + target);
            return target == null ? ExitCode.OK : ExitCode.ERROR;
        }
        table(session, canaries).print(session.terminal());
        return ExitCode.OK;
    }

    private boolean wanted(Json canary) {
        String split = canary.text("split");
        return target == null || split.equals(target) || split.startsWith(target + "/");
    }

    static Table table(Session session, List<Json> canaries) {
        Table table = new Table("SPLIT", "WEIGHTS", "OWNER", ">SINCE", "AUTHOR", ">REVISION");
        for (Json canary : canaries) {
            boolean owned = canary.flag("owned");
            table.row(
                    Table.cell(canary.text("split")),
                    Table.cell(ResourceTable.weights(canary.items("weights"))),
                    owned ? Table.cell(Tone.WARNING, "canary") : Table.cell("apply"),
                    Table.cell(owned ? Figures.age(canary.text("since"), session.now()) : "-"),
                    Table.cell(Resources.orDash(canary.text("author"))),
                    Table.cell(Resources.orDash(canary.text("revision"))));
        }
        return table;
    }
}
