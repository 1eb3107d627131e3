package io.sluice.cli.command;

import io.sluice.cli.client.RestClient;
import io.sluice.cli.client.RestException;
import io.sluice.cli.json.Json;
import io.sluice.cli.output.ProblemLines;
import io.sluice.cli.output.YamlText;
import io.sluice.proto.Problem;
import io.sluice.proto.resource.Format;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.ResourceKey;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** {@code sluicectl edit}: one resource in the user's editor. */
@Command(
        name = "edit",
        sortOptions = false,
        description = {
            "Open a resource as YAML in your editor, store what you save, and wait until it is"
                    + " active.",
            "",
            "The editor is $VISUAL, $EDITOR or vi. What is wrong is put on top as comments and the"
                    + " editor opens again;",
            "leave it as it is to give up. Nothing you wrote is lost: after a failure the file is"
                    + " kept and named.",
            ""
        },
        footerHeading = "%nExample:%n",
        footer = "  EDITOR=nano sluicectl edit route shop -m \"longer timeout\"")
final class EditCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(
            index = "0",
            paramLabel = "KIND",
            description = "listener, route, cluster or certificate.")
    private String kind = "";

    @Parameters(index = "1", paramLabel = "NAME", description = "Which one, such as shop.")
    private String name = "";

    @Option(
            names = {"-m", "--message"},
            paramLabel = "TEXT",
            description = "Why, for the history, such as -m \"longer timeout\".")
    private String message = "";

    @Mixin private final WaitFlags wait = new WaitFlags();

    @Mixin private final ForceFlags force = new ForceFlags();

    EditCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Kind wanted = Resources.kind(kind);
        Json resource =
                session.client().get(Resources.path(wanted) + "/" + RestClient.escape(name));
        ResourceKey key = new ResourceKey(wanted, resource.text("name"));
        String original = YamlText.of(Resources.written(resource));
        Path file =
                Files.createTempFile("sluicectl-" + wanted.singular() + "-" + name + "-", ".yaml");
        try {
            Json answer = edit(file, key, original, resource.text("etag"));
            Files.delete(file);
            if (answer.isAbsent()) {
                session.terminal().message("nothing changed");
                return ExitCode.OK;
            }
            return new ChangeReport(session).finish(answer, wait);
        } catch (RestException | CommandException e) {
            session.terminal().message("what you wrote is kept in " + file);
            throw e;
        }
    }

    /** Edits until it can be stored; absent when nothing was changed. */
    private Json edit(Path file, ResourceKey key, String original, String etag)
            throws IOException, InterruptedException {
        String offered =
                List.of("Save to store, leave unchanged to cancel.").stream().collect(COMMENT)
                        + original;
        while (true) {
            Files.writeString(file, offered);
            editor(file);
            String edited = Files.readString(file);
            String content = withoutHeader(edited);
            if (edited.equals(offered) || content.isBlank() || content.equals(original)) {
                if (!withoutHeader(offered).equals(original) && !content.equals(original)) {
                    throw new CommandException(ExitCode.ERROR, "given up; nothing was stored");
                }
                return Json.absent();
            }
            List<String> problems = new ArrayList<>();
            Json answer = store(file, key, edited, etag, problems);
            if (problems.isEmpty()) {
                return answer;
            }
            offered = problems.stream().collect(COMMENT) + content;
        }
    }

    private Json store(
            Path file, ResourceKey key, String text, String etag, List<String> problems) {
        Documents documents =
                Documents.of(
                        file.getFileName().toString(),
                        Format.YAML,
                        text.getBytes(StandardCharsets.UTF_8));
        documents.errors().stream().map(Problem::toString).forEach(problems::add);
        if (!problems.isEmpty()) {
            return Json.absent();
        }
        List<Documents.Document> all = documents.documents();
        if (all.size() != 1 || !all.getFirst().resource().key().equals(key)) {
            problems.add("this must stay one resource, the " + key);
            return Json.absent();
        }
        Json operation = ChangeSets.upsert(all.getFirst().json(), etag);
        try {
            return session.client()
                    .post(
                            "/api/v1/changesets" + force.query(false),
                            ChangeSets.of(message, List.of(operation)));
        } catch (RestException.Refused refused) {
            if (refused.status() != 400 && refused.status() != 422) {
                throw refused;
            }
            refused.problem()
                    .items("problems")
                    .forEach(problem -> problems.add(ProblemLines.of(problem)));
            if (problems.isEmpty()) {
                throw refused;
            }
            return Json.absent();
        }
    }

    private void editor(Path file) throws IOException, InterruptedException {
        Shell shell = session.shell();
        String editor =
                shell.variable("VISUAL").isEmpty()
                        ? shell.variable("EDITOR")
                        : shell.variable("VISUAL");
        String program = editor.isEmpty() ? "vi" : editor;
        // Through the shell, since $EDITOR may have arguments: "code --wait".
        int exitCode =
                shell.programs()
                        .run(
                                List.of(
                                        "sh",
                                        "-c",
                                        program + " \"$1\"",
                                        "sluicectl",
                                        file.toString()));
        if (exitCode != 0) {
            throw new CommandException(
                    ExitCode.ERROR,
                    "the editor (" + program + ") ended with " + exitCode + "; nothing was stored");
        }
    }

    private static final java.util.stream.Collector<String, ?, String> COMMENT =
            Collectors.mapping(
                    line -> "#! " + line.replace("\n", " ") + "\n", Collectors.joining());

    private static String withoutHeader(String text) {
        return text.lines()
                .filter(line -> !line.startsWith("#!"))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }
}
