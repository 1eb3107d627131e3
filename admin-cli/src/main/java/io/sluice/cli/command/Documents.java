package io.sluice.cli.command;

import io.sluice.cli.json.Json;
import io.sluice.proto.Problem;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.Format;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceCodec;
import io.sluice.proto.resource.ResourceKey;
import io.sluice.proto.resource.ResourceSet;
import io.sluice.proto.resource.TextNode;
import io.sluice.proto.resource.rules.Rules;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The resources in the files that a user named, with everything that can be said about them
 * offline. Immutable but for its problems.
 *
 * <p>What is sent to the control plane is the text's own tree, not the decoded resource: that never
 * gives its secrets away again.
 */
final class Documents {
    private static final Pattern JSON_NUMBER =
            Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][-+]?\\d+)?");

    /** One resource and the text it came from. */
    record Document(Resource resource, TextNode tree) {
        Json json() {
            return Documents.json(tree);
        }
    }

    private final List<Document> documents = new ArrayList<>();
    private final Map<ResourceKey, String> files = new HashMap<>();
    private final Problems problems = Problems.collect();

    private Documents() {}

    /**
     * Reads files, directories (all that is YAML or JSON in them, below them too) and "-", the
     * standard input.
     *
     * @throws CommandException when one cannot be read
     */
    static Documents read(List<String> paths, InputStream in) {
        Documents documents = new Documents();
        for (String path : paths) {
            if (path.equals("-")) {
                documents.add("stdin", Format.YAML, bytes(in));
            } else if (Files.isDirectory(Path.of(path))) {
                below(Path.of(path)).forEach(documents::addFile);
            } else {
                documents.addFile(Path.of(path));
            }
        }
        documents.check();
        return documents;
    }

    /** The resources of one text. */
    static Documents of(String name, Format format, byte[] text) {
        Documents documents = new Documents();
        documents.add(name, format, text);
        documents.check();
        return documents;
    }

    /** In the order of the files; not to be used where there are errors. */
    List<Document> documents() {
        return documents;
    }

    /** What is wrong, each with its place. */
    List<Problem> errors() {
        return problems.errors();
    }

    /** What is odd, or cannot be known offline. */
    List<Problem> warnings() {
        return problems.warnings();
    }

    /** Adds warnings of certificates that are not valid at that time. */
    Documents checkDates(Instant now) {
        documents.forEach(document -> Rules.checkDates(document.resource(), now, problems));
        return this;
    }

    /** The change set's operations that store all of it. */
    List<Json> upserts() {
        return documents.stream()
                .map(document -> Json.object(operation -> operation.put("upsert", document.json())))
                .toList();
    }

    /** A problem that the control plane found, at its place in these files. */
    Problem locate(Json problem) {
        ResourceKey key =
                Kind.parse(problem.text("kind"))
                        .map(kind -> new ResourceKey(kind, problem.text("name")))
                        .orElse(null);
        return problems.sources()
                .locate(
                        new Problem(
                                key,
                                problem.text("field"),
                                problem.text("code"),
                                problem.text("message"),
                                problem.text("hint"),
                                null));
    }

    private void addFile(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            Format format = extension(path).equals("json") ? Format.JSON : Format.YAML;
            add(path.toString(), format, bytes(in));
        } catch (NoSuchFileException e) {
            throw new CommandException(ExitCode.ERROR, "no such file: " + path);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.ERROR, "cannot read " + path + ": " + e.getMessage());
        }
    }

    private void add(String name, Format format, byte[] text) {
        for (TextNode node : TextNode.parse(text, format, name, problems)) {
            switch (node) {
                case TextNode.Sequence list -> list.items().forEach(item -> add(name, item));
                case TextNode.Mapping mapping -> add(name, mapping);
                case TextNode.Scalar scalar -> {
                    if (!scalar.isNull()) {
                        add(name, scalar);
                    }
                }
            }
        }
    }

    private void add(String name, TextNode node) {
        ResourceCodec.decodeResource(node, problems)
                .ifPresent(
                        resource -> {
                            String earlier = files.putIfAbsent(resource.key(), name);
                            if (earlier == null) {
                                documents.add(new Document(resource, node));
                            } else {
                                problems.in(resource.key())
                                        .from(node.source())
                                        .reject("DUPLICATE_RESOURCE", "is already in " + earlier);
                            }
                        });
    }

    private void check() {
        for (Document document : documents) {
            Rules.checkPartial(document.resource(), problems);
        }
        if (!problems.hasErrors()) {
            ResourceSet.of(documents.stream().map(Document::resource).toList())
                    .checkPartial(problems);
        }
    }

    private static List<Path> below(Path directory) {
        try (Stream<Path> all = Files.walk(directory)) {
            List<Path> found =
                    all.filter(Files::isRegularFile)
                            .filter(
                                    path ->
                                            List.of("yaml", "yml", "json")
                                                    .contains(extension(path)))
                            .sorted()
                            .toList();
            if (found.isEmpty()) {
                throw new CommandException(
                        ExitCode.ERROR, "no .yaml, .yml or .json file in " + directory);
            }
            return found;
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.ERROR, "cannot read " + directory + ": " + e.getMessage());
        }
    }

    private static String extension(Path path) {
        String name = path.toString();
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    private static byte[] bytes(InputStream in) {
        try {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new CommandException(ExitCode.ERROR, "cannot read the input: " + e.getMessage());
        }
    }

    static Json json(@Nullable TextNode node) {
        return switch (node) {
            case null -> Json.absent();
            case TextNode.Mapping mapping ->
                    Json.object(
                            members ->
                                    mapping.fields()
                                            .forEach(
                                                    field ->
                                                            members.put(
                                                                    field.key(),
                                                                    json(field.value()))));
            case TextNode.Sequence list ->
                    Json.array(list.items().stream().map(Documents::json).toList());
            case TextNode.Scalar scalar -> json(scalar);
        };
    }

    private static Json json(TextNode.Scalar scalar) {
        return switch (scalar.type()) {
            case STRING -> Json.of(scalar.text());
            case NUMBER ->
                    JSON_NUMBER.matcher(scalar.text()).matches()
                            ? new Json.Numeral(scalar.text())
                            : Json.of(scalar.text());
            case BOOLEAN -> Json.of(scalar.text().equalsIgnoreCase("true"));
            case NULL -> Json.absent();
        };
    }
}
