package io.sluice.cli.command;

import io.sluice.cli.json.Json;
import io.sluice.cli.output.Terminal;
import io.sluice.cli.output.Tone;
import io.sluice.cli.output.YamlText;
import io.sluice.proto.resource.Kind;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code sluicectl export}: the whole configuration as text. */
@Command(
        name = "export",
        sortOptions = false,
        description = {
            "Print all resources, or those of some kinds, as YAML that \"apply\" takes back.",
            "",
            "Only what was written: no revisions, times or states. Private keys never leave the"
                    + " control plane: a",
            "certificate applied without its key keeps the stored one. -o json prints one JSON"
                    + " list.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {"  sluicectl export > sluice.yaml", "  sluicectl export routes clusters"})
final class ExportCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(
            arity = "0..*",
            paramLabel = "KIND",
            description = "Only these kinds, such as routes clusters.")
    private List<String> kinds = List.of();

    ExportCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        List<Kind> wanted =
                kinds.isEmpty()
                        ? Arrays.asList(Kind.values())
                        : kinds.stream().map(Resources::kind).toList();
        List<Json> all = new ArrayList<>();
        int certificates = 0;
        for (Kind kind : wanted) {
            List<Json> resources = session.client().list(Resources.path(kind));
            resources.forEach(resource -> all.add(Resources.written(resource)));
            certificates += kind == Kind.CERTIFICATE ? resources.size() : 0;
        }
        Terminal terminal = session.terminal();
        if (session.output() == OutputFormat.JSON) {
            session.printTree(Json.array(all));
        } else {
            print(terminal, all);
        }
        if (certificates > 0) {
            terminal.message(Tone.WARNING, "warning: private keys are not part of an export");
        }
        return ExitCode.OK;
    }

    /** As YAML documents. */
    static void print(Terminal terminal, List<Json> resources) {
        terminal.print(YamlText.documents(resources));
    }
}
