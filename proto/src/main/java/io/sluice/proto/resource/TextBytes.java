package io.sluice.proto.resource;

import io.sluice.proto.Limits;
import io.sluice.proto.Problems;
import io.sluice.proto.SizeText;
import io.sluice.proto.Source;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The first step of reading a text: bytes to characters, within bounds. */
final class TextBytes {
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private TextBytes() {}

    /**
     * The characters of UTF-8, without a byte order mark; empty, and a problem, where that is not
     * possible.
     */
    static Optional<String> decode(byte[] text, String fileName, Problems problems) {
        if (text.length > Limits.TEXT_BYTES_MAX) {
            problems.from(new Source(fileName, 1, 1))
                    .reject(
                            "TOO_LARGE",
                            "the text has "
                                    + text.length
                                    + " bytes, more than "
                                    + SizeText.format(Limits.TEXT_BYTES_MAX));
            return Optional.empty();
        }
        CharBuffer chars = CharBuffer.allocate(text.length);
        CoderResult result =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .decode(ByteBuffer.wrap(text), chars, true);
        String decoded = chars.flip().toString();
        if (result.isError()) {
            problems.from(endOf(decoded, fileName)).reject("SYNTAX", "the text is not UTF-8 here");
            return Optional.empty();
        }
        boolean marked = !decoded.isEmpty() && decoded.charAt(0) == BYTE_ORDER_MARK;
        return Optional.of(marked ? decoded.substring(1) : decoded);
    }

    private static Source endOf(String text, String fileName) {
        int line = 1 + (int) text.chars().filter(c -> c == '\n').count();
        return new Source(fileName, line, text.length() - text.lastIndexOf('\n'));
    }
}
