package io.sluice.dataplane.l7.stream;

import org.jspecify.annotations.Nullable;

/**
 * Priorities that a client said of streams before it opened them (RFC 9218 section 7.1), as Firefox
 * does. Holds the newest few; a client that says more loses the oldest, which costs it the order
 * only.
 */
final class EarlyPriorities {
    /** Kept at a time. */
    static final int KEPT_MAX = 32;

    static final int NONE = -1;

    // Most clients never need it.
    private int @Nullable [] ids;
    private int @Nullable [] priorities;
    private int next;
    private int kept;

    /** Notes one, in place of what was said of the stream before. */
    void put(int streamId, int priority) {
        int[] ids = this.ids;
        int[] priorities = this.priorities;
        if (ids == null || priorities == null) {
            ids = this.ids = new int[KEPT_MAX];
            priorities = this.priorities = new int[KEPT_MAX];
        }
        int at = find(ids, streamId);
        if (at < 0) {
            at = next;
            next = (next + 1) % KEPT_MAX;
            kept += ids[at] == 0 ? 1 : 0;
        }
        ids[at] = streamId;
        priorities[at] = priority;
    }

    /** Takes out what was said of a stream that opens; {@link #NONE} for nothing. */
    int take(int streamId) {
        int[] ids = this.ids;
        int[] priorities = this.priorities;
        if (kept == 0 || ids == null || priorities == null) {
            return NONE;
        }
        int at = find(ids, streamId);
        if (at < 0) {
            return NONE;
        }
        ids[at] = 0;
        kept--;
        return priorities[at];
    }

    private static int find(int[] ids, int streamId) {
        for (int i = 0; i < KEPT_MAX; i++) {
            if (ids[i] == streamId) {
                return i;
            }
        }
        return -1;
    }
}
