package io.sluice.proto.resource;

import io.sluice.proto.Limits;
import io.sluice.proto.Source;

/** Counts the nodes of one text while it is read. One thread. */
final class TextBounds {
    private int nodes;

    /**
     * To be called for each node.
     *
     * @param depth 0 at the top
     * @throws RefusedText beyond {@link Limits#TEXT_NODES_MAX} or {@link Limits#TEXT_DEPTH_MAX}
     */
    void enter(int depth, Source source) {
        if (depth > Limits.TEXT_DEPTH_MAX) {
            throw new RefusedText(
                    source,
                    "TOO_DEEP",
                    "mappings and lists are nested more than " + Limits.TEXT_DEPTH_MAX + " deep",
                    "");
        }
        if (++nodes > Limits.TEXT_NODES_MAX) {
            throw new RefusedText(
                    source,
                    "TOO_LARGE",
                    "the text has more than " + Limits.TEXT_NODES_MAX + " values",
                    "");
        }
    }
}
