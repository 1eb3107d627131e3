package io.sluice.cli.command;

import io.sluice.cli.client.RestException;
import io.sluice.cli.json.Json;
import io.sluice.cli.output.Figures;
import io.sluice.cli.output.Terminal;
import io.sluice.cli.output.Tone;
import io.sluice.cli.output.UnifiedDiff;
import io.sluice.cli.output.YamlText;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/** {@code sluicectl diff}: what an apply of files would change. */
@Command(
        name = "diff",
        sortOptions = false,
        description = {
            "Show what \"apply\" of these files would change, without storing anything.",
            "",
            "Both sides in the same normal form, so that order, comments and spelling make no"
                    + " difference. Exit",
            "code 0: nothing would change, 2: something would, 1: it cannot be applied at all.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  sluicectl diff -f shop.yaml",
            "  sluicectl diff -f config/ || echo out of sync"
        })
final class DiffCommand implements Callable<Integer> {
    private final Session session;

    @Mixin private final FileFlags files = new FileFlags();

    DiffCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Documents documents = files.read(session, ExitCode.ERROR);
        Json answer = dryRun(documents);
        if (session.printTree(answer)) {
            return answer.items("changed").isEmpty() ? ExitCode.OK : ExitCode.FINDINGS;
        }
        int differences = 0;
        for (Json change : answer.items("changed")) {
            differences += print(change) ? 1 : 0;
        }
        if (differences > 0) {
            session.terminal().message(Figures.count(differences, "resource") + " would change");
        }
        return differences > 0 ? ExitCode.FINDINGS : ExitCode.OK;
    }

    private Json dryRun(Documents documents) {
        try {
            return session.client()
                    .post(
                            "/api/v1/changesets?dryRun=true&allowShrink=true&overwriteWeights=true",
                            ChangeSets.of("", documents.upserts()));
        } catch (RestException.Refused refused) {
            Terminal terminal = session.terminal();
            List<Json> problems = refused.problem().items("problems");
            for (Json problem : problems) {
                terminal.message(
                        Tone.BAD, Terminal.printable(documents.locate(problem).toString()));
            }
            if (problems.isEmpty()) {
                throw refused;
            }
            throw new CommandException(
                    Sluicectl.exitCode(refused.status()),
                    "these files cannot be applied ("
                            + Figures.count(problems.size(), "problem")
                            + ")");
        }
    }

    private boolean print(Json change) {
        String name = change.text("kind").toLowerCase(Locale.ROOT) + "/" + change.text("name");
        if (session.output() == OutputFormat.NAME) {
            session.terminal().line(name);
            return true;
        }
        Json before = change.at("before");
        return UnifiedDiff.print(
                session.terminal(),
                before.isAbsent() ? "/dev/null" : "stored/" + name,
                yaml(before),
                "file/" + name,
                yaml(change.at("after")));
    }

    private static String yaml(Json resource) {
        return resource.isAbsent() ? "" : YamlText.of(Resources.written(resource));
    }
}
