package io.sluice.proto.resource;

import io.sluice.proto.Problems;
import io.sluice.proto.Source;

/**
 * Ends the reading of one text; becomes a problem where the reading began and never leaves this
 * package.
 */
final class RefusedText extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String code;
    private final String hint;
    private final transient Source source;

    RefusedText(Source source, String code, String message, String hint) {
        super(message, null, false, false);
        this.source = source;
        this.code = code;
        this.hint = hint;
    }

    void report(Problems problems) {
        problems.from(source).reject(code, String.valueOf(getMessage()), hint);
    }
}
