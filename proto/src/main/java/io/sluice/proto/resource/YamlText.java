package io.sluice.proto.resource;

import io.sluice.proto.Problems;

import java.util.List;

/** YAML to and from trees. */
final class YamlText {
    private YamlText() {}

    static List<TextNode> parse(byte[] text, String fileName, Problems problems) {
        throw new UnsupportedOperationException("next commit");
    }

    static String write(TextNode node) {
        throw new UnsupportedOperationException("next commit");
    }
}
