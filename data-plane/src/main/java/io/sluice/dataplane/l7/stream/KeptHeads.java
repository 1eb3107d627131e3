package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.l7.message.RequestHead;

import java.util.ArrayDeque;

/**
 * Copies of request heads, for streams that need theirs beyond the event that brought it: whoever
 * goes to an upstream of HTTP/2 does, since that may refuse a request. They are used for one
 * request after the other. Of its loop's thread.
 */
final class KeptHeads {
    /** Kept for the next ones. */
    private static final int SPARE_MAX = 1024;

    /** The copy of a larger head is not kept. */
    private static final int SPARE_BYTES_MAX = 4096;

    private final ArrayDeque<RequestHead> spare = new ArrayDeque<>();

    /** Whether the head's copy is to be given back. */
    static boolean takesBack(RequestHead head) {
        return head.fields().used() <= SPARE_BYTES_MAX;
    }

    /** A copy. */
    RequestHead copy(RequestHead head) {
        RequestHead copy = takesBack(head) ? spare.pollLast() : null;
        if (copy == null || copy.bytes().length > 2 * SPARE_BYTES_MAX) {
            // None, or one that edits have made larger since.
            return head.copy();
        }
        copy.become(head);
        return copy;
    }

    /** Nobody looks at the copy any more. It is not touched: by now it is in no cache. */
    void giveBack(RequestHead copy) {
        if (spare.size() < SPARE_MAX) {
            spare.addLast(copy);
        }
    }
}
