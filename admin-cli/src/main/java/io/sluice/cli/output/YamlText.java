package io.sluice.cli.output;

import io.sluice.cli.json.Json;
import io.sluice.proto.Source;
import io.sluice.proto.resource.TextNode;

import java.util.List;
import java.util.Map;

/**
 * Writes JSON trees as YAML. Apart from everything else, so that the YAML library loads only when
 * asked for.
 */
public final class YamlText {
    private static final Source NOWHERE = new Source("", 0, 0);

    private YamlText() {}

    /** One document, ending in a line end, without a document marker. */
    public static String of(Json json) {
        return node(json).toYaml();
    }

    /** Several documents, parted by {@code ---}. */
    public static String documents(List<Json> documents) {
        StringBuilder text = new StringBuilder();
        for (Json document : documents) {
            text.append(text.isEmpty() ? "" : "---\n").append(of(document));
        }
        return text.toString();
    }

    private static TextNode node(Json json) {
        return switch (json) {
            case Json.Members(Map<String, Json> values) ->
                    new TextNode.Mapping(
                            NOWHERE,
                            values.entrySet().stream()
                                    .map(
                                            member ->
                                                    new TextNode.Field(
                                                            member.getKey(),
                                                            NOWHERE,
                                                            node(member.getValue())))
                                    .toList());
            case Json.Items(List<Json> values) ->
                    new TextNode.Sequence(NOWHERE, values.stream().map(YamlText::node).toList());
            case Json.Text(String value) -> scalar(TextNode.Type.STRING, value);
            case Json.Numeral(String literal) -> scalar(TextNode.Type.NUMBER, literal);
            case Json.Bool(boolean value) -> scalar(TextNode.Type.BOOLEAN, Boolean.toString(value));
            case Json.Absent ignored -> scalar(TextNode.Type.NULL, "null");
        };
    }

    private static TextNode scalar(TextNode.Type type, String text) {
        return new TextNode.Scalar(NOWHERE, type, text);
    }
}
