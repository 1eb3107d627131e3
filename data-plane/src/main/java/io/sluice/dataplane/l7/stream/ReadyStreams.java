package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.l7.codec.http2.Priority;

import org.jspecify.annotations.Nullable;

/**
 * The streams of a connection that have something to send and may, in the order of RFC 9218 section
 * 10: by urgency; of equal ones the incremental take turns, the others go one after the other.
 */
final class ReadyStreams {
    private static final int URGENCIES = 8;

    private final @Nullable Http2Downstream[] first = new Http2Downstream[URGENCIES];
    private final @Nullable Http2Downstream[] last = new Http2Downstream[URGENCIES];
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    /** Puts a stream at the end of those of its urgency, unless it is there. */
    void add(Http2Downstream stream) {
        if (stream.ready) {
            return;
        }
        int urgency = Priority.urgency(stream.priority());
        Http2Downstream before = last[urgency];
        stream.previousReady = before;
        if (before == null) {
            first[urgency] = stream;
        } else {
            before.nextReady = stream;
        }
        last[urgency] = stream;
        stream.ready = true;
        size++;
    }

    /** Takes a stream out, wherever it is. */
    void remove(Http2Downstream stream) {
        if (!stream.ready) {
            return;
        }
        int urgency = Priority.urgency(stream.priority());
        Http2Downstream before = stream.previousReady;
        Http2Downstream after = stream.nextReady;
        if (before == null) {
            first[urgency] = after;
        } else {
            before.nextReady = after;
        }
        if (after == null) {
            last[urgency] = before;
        } else {
            after.previousReady = before;
        }
        stream.previousReady = null;
        stream.nextReady = null;
        stream.ready = false;
        size--;
    }

    /** Whose turn it is; null if there is none. */
    @Nullable Http2Downstream next() {
        if (size == 0) {
            return null;
        }
        int urgency = 0;
        while (first[urgency] == null) {
            urgency++;
        }
        return first[urgency];
    }

    /** A stream has sent something: it stays in front, or goes behind its equals. */
    void served(Http2Downstream stream) {
        if (stream.nextReady != null && Priority.incremental(stream.priority())) {
            remove(stream);
            add(stream);
        }
    }
}
