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

    /** A larger one is not kept. */
    private static final int SPARE_BYTES_MAX = 4096;

    private final ArrayDeque<RequestHead> spare = new ArrayDeque<>();

    /** A copy, to be given back when its stream is over. */
    RequestHead copy(RequestHead head) {
        RequestHead copy = spare.pollLast();
        if (copy == null) {
            return head.copy();
        }
        copy.become(head);
        return copy;
    }

    /** Nobody looks at the copy any more. */
    void giveBack(RequestHead copy) {
        if (spare.size() < SPARE_MAX && copy.bytes().length <= SPARE_BYTES_MAX) {
            spare.addLast(copy);
        }
    }
}
