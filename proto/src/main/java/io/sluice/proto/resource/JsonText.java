package io.sluice.proto.resource;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;

import io.sluice.proto.Limits;
import io.sluice.proto.Problems;
import io.sluice.proto.Source;
import io.sluice.proto.resource.TextNode.Field;
import io.sluice.proto.resource.TextNode.Mapping;
import io.sluice.proto.resource.TextNode.Scalar;
import io.sluice.proto.resource.TextNode.Sequence;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** JSON (RFC 8259) to a tree. */
final class JsonText {
    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(Limits.TEXT_DEPTH_MAX + 2)
                                    .maxStringLength(Limits.TEXT_BYTES_MAX)
                                    .maxNumberLength(100)
                                    .build())
                    .build();

    private final JsonParser parser;
    private final String fileName;
    private final TextBounds bounds = new TextBounds();

    private JsonText(JsonParser parser, String fileName) {
        this.parser = parser;
        this.fileName = fileName;
    }

    /** The one value of a text; none, and a problem, where it is not JSON. */
    static List<TextNode> parse(byte[] bytes, String fileName, Problems problems) {
        Optional<String> text = TextBytes.decode(bytes, fileName, problems);
        if (text.isEmpty()) {
            return List.of();
        }
        try (JsonParser parser = FACTORY.createParser(text.get())) {
            return List.of(new JsonText(parser, fileName).document());
        } catch (RefusedText e) {
            e.report(problems);
        } catch (JsonProcessingException e) {
            problems.from(source(e.getLocation(), fileName))
                    .reject("SYNTAX", "this is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException("reading from a string", e);
        }
        return List.of();
    }

    private TextNode document() throws IOException {
        JsonToken first = parser.nextToken();
        if (first == null) {
            throw new RefusedText(
                    new Source(fileName, 1, 1),
                    "SYNTAX",
                    "the text is empty; JSON was expected",
                    "");
        }
        TextNode node = node(first, 0);
        if (parser.nextToken() != null) {
            throw new RefusedText(here(), "SYNTAX", "there is more text after the JSON value", "");
        }
        return node;
    }

    private TextNode node(JsonToken token, int depth) throws IOException {
        Source source = here();
        bounds.enter(depth, source);
        return switch (token) {
            case START_OBJECT -> mapping(source, depth);
            case START_ARRAY -> sequence(source, depth);
            case VALUE_STRING -> new Scalar(source, TextNode.Type.STRING, parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                    new Scalar(source, TextNode.Type.NUMBER, parser.getText());
            case VALUE_TRUE, VALUE_FALSE ->
                    new Scalar(source, TextNode.Type.BOOLEAN, parser.getText());
            case VALUE_NULL -> new Scalar(source, TextNode.Type.NULL, "null");
            case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
                    throw new IllegalStateException("no value begins with " + token);
        };
    }

    private TextNode mapping(Source source, int depth) throws IOException {
        List<Field> fields = new ArrayList<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            Source keySource = here();
            fields.add(new Field(key, keySource, node(parser.nextToken(), depth + 1)));
        }
        return new Mapping(source, fields);
    }

    private TextNode sequence(Source source, int depth) throws IOException {
        List<TextNode> items = new ArrayList<>();
        JsonToken token = parser.nextToken();
        while (token != JsonToken.END_ARRAY) {
            items.add(node(token, depth + 1));
            token = parser.nextToken();
        }
        return new Sequence(source, items);
    }

    private Source here() {
        return source(parser.currentTokenLocation(), fileName);
    }

    private static Source source(@Nullable JsonLocation location, String fileName) {
        return location == null
                ? new Source(fileName, 1, 1)
                : new Source(
                        fileName,
                        Math.max(1, location.getLineNr()),
                        Math.max(1, location.getColumnNr()));
    }
}
