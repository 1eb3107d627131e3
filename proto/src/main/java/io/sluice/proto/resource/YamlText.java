package io.sluice.proto.resource;

import io.sluice.proto.Limits;
import io.sluice.proto.Problems;
import io.sluice.proto.Source;
import io.sluice.proto.resource.TextNode.Field;
import io.sluice.proto.resource.TextNode.Mapping;
import io.sluice.proto.resource.TextNode.Scalar;
import io.sluice.proto.resource.TextNode.Sequence;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * YAML 1.2 (core schema) to trees, from the parser's events: no object is ever built from a tag.
 * Aliases and tags are refused; an alias can stand for a text a thousand times its size.
 */
final class YamlText {
    private static final String STRING_TAG = "tag:yaml.org,2002:str";

    private static final int READ_CHARS_MIN = 1_024;

    /**
     * The parser copies all of a token for each piece it reads, so a huge token needs few pieces.
     */
    private static final int READS_MAX = 64;

    private final Iterator<Event> events;
    private final String fileName;
    private final TextBounds bounds = new TextBounds();

    private YamlText(Iterator<Event> events, String fileName) {
        this.events = events;
        this.fileName = fileName;
    }

    /** The documents of a text; empty ones are left out. */
    static List<TextNode> parse(byte[] bytes, String fileName, Problems problems) {
        List<TextNode> documents = new ArrayList<>();
        Optional<String> text = TextBytes.decode(bytes, fileName, problems);
        if (text.isEmpty()) {
            return documents;
        }
        LoadSettings settings =
                LoadSettings.builder()
                        .setLabel(fileName.isEmpty() ? "text" : fileName)
                        .setCodePointLimit(Limits.TEXT_BYTES_MAX)
                        .setBufferSize(Math.max(READ_CHARS_MIN, bytes.length / READS_MAX))
                        .build();
        try {
            Iterator<Event> events = new Parse(settings).parseString(text.get()).iterator();
            new YamlText(events, fileName).documents(documents);
        } catch (RefusedText e) {
            e.report(problems);
        } catch (MarkedYamlEngineException e) {
            problems.from(source(e.getProblemMark(), fileName))
                    .reject("SYNTAX", syntaxMessage(e), syntaxHint(e));
        } catch (YamlEngineException e) {
            problems.from(new Source(fileName, 1, 1))
                    .reject("SYNTAX", "this is not YAML: " + firstLine(e.getMessage()));
        }
        return documents;
    }

    private void documents(List<TextNode> documents) {
        while (events.hasNext()) {
            Event event = events.next();
            if (event.getEventId() != Event.ID.DocumentStart) {
                continue;
            }
            TextNode document = node(events.next(), 0);
            if (!(document instanceof Scalar scalar && scalar.isNull())) {
                documents.add(document);
            }
        }
    }

    private TextNode node(Event event, int depth) {
        Source source = source(event.getStartMark(), fileName);
        bounds.enter(depth, source);
        return switch (event) {
            case MappingStartEvent start -> mapping(source, depth);
            case SequenceStartEvent start -> sequence(source, depth);
            case ScalarEvent scalar -> scalar(source, scalar);
            default ->
                    throw new RefusedText(
                            source,
                            "ALIAS",
                            "aliases are not supported",
                            "write out what the alias stands for");
        };
    }

    private TextNode mapping(Source source, int depth) {
        List<Field> fields = new ArrayList<>();
        Event event = events.next();
        while (!(event instanceof MappingEndEvent)) {
            Source keySource = source(event.getStartMark(), fileName);
            if (!(event instanceof ScalarEvent key)) {
                throw new RefusedText(
                        keySource,
                        "SYNTAX",
                        "a key must be plain text",
                        "put quotes around values that begin with [, { or *");
            }
            fields.add(new Field(key.getValue(), keySource, node(events.next(), depth + 1)));
            event = events.next();
        }
        return new Mapping(source, fields);
    }

    private TextNode sequence(Source source, int depth) {
        List<TextNode> items = new ArrayList<>();
        Event event = events.next();
        while (!(event instanceof SequenceEndEvent)) {
            items.add(node(event, depth + 1));
            event = events.next();
        }
        return new Sequence(source, items);
    }

    private static TextNode scalar(Source source, ScalarEvent event) {
        String tag = event.getTag().orElse("");
        if (!tag.isEmpty() && !tag.equals(STRING_TAG) && !tag.equals("!")) {
            throw new RefusedText(source, "TAG", "tags such as " + tag + " are not supported", "");
        }
        boolean text = !event.isPlain() || !tag.isEmpty();
        return new Scalar(
                source,
                text ? TextNode.Type.STRING : YamlScalars.typeOf(event.getValue()),
                event.getValue());
    }

    private static String syntaxMessage(MarkedYamlEngineException e) {
        String problem = firstLine(e.getProblem());
        String context = firstLine(e.getContext());
        return "this is not YAML: " + problem + (context.isEmpty() ? "" : " (" + context + ")");
    }

    private static String syntaxHint(MarkedYamlEngineException e) {
        String problem = firstLine(e.getProblem());
        if (problem.contains("\\t(TAB)") || problem.contains("'\\t'")) {
            return "indent with spaces, not with tabs";
        }
        if (problem.contains("found character '@'") || problem.contains("found character '`'")) {
            return "put quotes around the value";
        }
        return "";
    }

    private static String firstLine(@Nullable String text) {
        return text == null ? "" : text.lines().findFirst().orElse("").strip();
    }

    private static Source source(Optional<Mark> mark, String fileName) {
        return mark.map(at -> new Source(fileName, at.getLine() + 1, at.getColumn() + 1))
                .orElseGet(() -> new Source(fileName, 1, 1));
    }
}
