package io.sluice.dataplane.net;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayDeque;

/**
 * The pipes of one loop. A stream has one only while bytes are in it, so that few serve many. Of
 * its loop's thread.
 */
final class SplicePipes {
    /** Open at once, with bytes or without; a stream that gets none is copied. */
    static final int OPEN_MAX = 1_024;

    /** Kept open without bytes. */
    static final int IDLE_MAX = 16;

    private final ArrayDeque<SplicePipe> idle = new ArrayDeque<>(IDLE_MAX);
    private final int openMax;
    private int open;

    SplicePipes(int openMax) {
        this.openMax = openMax;
    }

    /** An empty pipe; null where there is none to be had now. */
    @Nullable SplicePipe lend() {
        SplicePipe pipe = idle.pollLast();
        if (pipe != null) {
            return pipe;
        }
        if (open == openMax) {
            return null;
        }
        try {
            pipe = SplicePipe.open();
        } catch (IOException e) {
            // Out of file descriptors: bytes are copied as before.
            return null;
        }
        open++;
        return pipe;
    }

    /** Takes a pipe back; one that still holds bytes is closed. */
    void giveBack(SplicePipe pipe) {
        if (pipe.bytes() == 0 && idle.size() < IDLE_MAX) {
            idle.addLast(pipe);
            return;
        }
        open--;
        pipe.close();
    }

    /** How many are open. */
    int open() {
        return open;
    }

    /** Closes those that nobody has. */
    void close() {
        idle.forEach(SplicePipe::close);
        open -= idle.size();
        idle.clear();
    }
}
