package io.sluice.proto.resource;

import io.sluice.proto.Problems;

import java.util.List;

/** JSON to and from trees. */
final class JsonText {
    private JsonText() {}

    static List<TextNode> parse(byte[] text, String fileName, Problems problems) {
        throw new UnsupportedOperationException("next commit");
    }

    static String write(TextNode node, boolean indented) {
        throw new UnsupportedOperationException("next commit");
    }
}
