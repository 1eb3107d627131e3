package io.sluice.proto.resource;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a resource shows when read, beside what was written; ignored when read back in.
 *
 * @param revision that last changed it; 0 leaves it out
 * @param createTime null leaves it out
 * @param updateTime null leaves it out
 * @param status plain values as {@link TextNode#of} takes them; empty leaves it out
 */
public record Extras(
        long revision,
        @Nullable Instant createTime,
        @Nullable Instant updateTime,
        Map<String, ?> status) {
    /** Nothing but what was written. */
    public static final Extras NONE = new Extras(0, null, null, Map.of());

    /** Keeps the order of status. */
    public Extras {
        status = new LinkedHashMap<>(status);
    }
}
