package io.sluice.cli.command;

import io.sluice.cli.client.RestClient;
import io.sluice.cli.json.Json;
import io.sluice.cli.output.Figures;
import io.sluice.cli.output.Table;
import io.sluice.cli.output.Terminal;
import io.sluice.cli.output.Tone;
import io.sluice.cli.output.UnifiedDiff;
import io.sluice.cli.output.YamlText;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/** {@code sluicectl history}: who changed what, when and why. */
@Command(
        name = "history",
        sortOptions = false,
        description = {
            "List the revisions, newest first; or show what one revision changed, or what lies"
                    + " between two.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  sluicectl history",
            "  sluicectl history 42",
            "  sluicectl history 40..42",
            "  sluicectl history --limit 100 -o json"
        })
final class HistoryCommand implements Callable<Integer> {
    private static final int PAGE_SIZE_MAX = 500;

    private final Session session;

    @Parameters(
            arity = "0..1",
            paramLabel = "REVISION",
            description =
                    "Show the changes of this revision, such as 42, or between two, such as"
                            + " 40..42.")
    private @Nullable String revision;

    @Option(
            names = "--resource",
            paramLabel = "KIND/NAME",
            description =
                    "Only revisions that changed this resource, such as --resource route/shop.")
    private String resource = "";

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            defaultValue = "20",
            description = "How many revisions to list, such as -n 100. Default 20.")
    private int limit;

    HistoryCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (revision == null) {
            list();
        } else if (revision.matches("\\d+\\.\\.\\d+")) {
            Json answer = session.client().get("/api/v1/revisions/" + revision + "/diff");
            changes(answer, answer.items("changes"));
        } else if (revision.matches("\\d+")) {
            show(session.client().get("/api/v1/revisions/" + revision));
        } else {
            throw new CommandException(
                    ExitCode.USAGE,
                    "\""
                            + revision
                            + "\" is no revision: write 42, or 40..42 for what lies between");
        }
        return ExitCode.OK;
    }

    private void list() {
        List<Json> revisions = fetch();
        Terminal terminal = session.terminal();
        if (session.output() == OutputFormat.NAME) {
            revisions.forEach(entry -> terminal.line(entry.text("revision")));
            return;
        }
        if (session.printTree(Json.object(all -> all.put("items", Json.array(revisions))))) {
            return;
        }
        Table table = new Table(">REVISION", ">AGE", "AUTHOR", "CHANGED", "MESSAGE");
        for (Json entry : revisions) {
            table.row(
                    entry.text("revision"),
                    Figures.age(entry.text("time"), session.now()),
                    author(entry),
                    changed(entry),
                    entry.text("message"));
        }
        if (table.size() == 0) {
            terminal.message("nothing was changed yet");
        } else if (session.output() == OutputFormat.WIDE) {
            table.printWide(terminal);
        } else {
            table.print(terminal);
        }
    }

    private List<Json> fetch() {
        List<Json> revisions = new ArrayList<>();
        String only = resource.isEmpty() ? "" : "&resource=" + RestClient.escape(resource);
        String token = "";
        do {
            int size = Math.min(PAGE_SIZE_MAX, limit - revisions.size());
            String after = token.isEmpty() ? "" : "&pageToken=" + RestClient.escape(token);
            Json page = session.client().get("/api/v1/revisions?pageSize=" + size + only + after);
            revisions.addAll(page.items("items"));
            token = page.text("nextPageToken");
        } while (!token.isEmpty() && revisions.size() < limit);
        return revisions;
    }

    /** An author whom nobody has checked carries a question mark. */
    private static String author(Json entry) {
        String author = entry.text("author");
        return author.isEmpty() ? "-" : entry.flag("authorVerified") ? author : author + "?";
    }

    private static String changed(Json entry) {
        List<String> parts = new ArrayList<>();
        for (String operation : List.of("created", "updated", "deleted")) {
            if (entry.number(operation) > 0) {
                parts.add(entry.number(operation) + " " + operation);
            }
        }
        return Resources.orDash(String.join(", ", parts));
    }

    private void show(Json entry) {
        if (session.printTree(entry)) {
            return;
        }
        Terminal terminal = session.terminal();
        terminal.line(terminal.paint(Tone.STRONG, "Revision " + entry.text("revision")));
        terminal.line("Time:     " + Figures.time(entry.text("time")));
        terminal.line("Author:   " + Terminal.printable(author(entry)));
        if (entry.has("message") && !entry.text("message").isEmpty()) {
            terminal.line("Message:  " + Terminal.printable(entry.text("message")));
        }
        Json activation = entry.at("activation");
        if (!activation.isAbsent()) {
            terminal.line(
                    "Active:   on "
                            + activation.number("active")
                            + " of "
                            + Figures.count(activation.number("connected"), "node")
                            + (activation.number("rejected") > 0
                                    ? ", rejected by " + activation.number("rejected")
                                    : ""));
        }
        terminal.line("");
        diffs(entry.items("changes"));
    }

    private void changes(Json answer, List<Json> changes) {
        if (!session.printTree(answer)) {
            diffs(changes);
        }
    }

    private void diffs(List<Json> changes) {
        for (Json change : changes) {
            String name = change.text("kind").toLowerCase(Locale.ROOT) + "/" + change.text("name");
            Json before = change.at("before");
            Json after = change.at("after");
            UnifiedDiff.print(
                    session.terminal(),
                    before.isAbsent() ? "/dev/null" : "before/" + name,
                    before.isAbsent() ? "" : YamlText.of(Resources.written(before)),
                    after.isAbsent() ? "/dev/null" : "after/" + name,
                    after.isAbsent() ? "" : YamlText.of(Resources.written(after)));
        }
    }
}
