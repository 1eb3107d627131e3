package io.sluice.proto;

/**
 * A place in a text.
 *
 * @param file as the user named it; empty where the text had no name, such as a request body
 * @param line from 1
 * @param column from 1, in characters
 */
public record Source(String file, int line, int column) {
    /** {@code shop.yaml:57:18}, or {@code line 57, column 18} without a file. */
    @Override
    public String toString() {
        return file.isEmpty()
                ? "line " + line + ", column " + column
                : file + ":" + line + ":" + column;
    }
}
