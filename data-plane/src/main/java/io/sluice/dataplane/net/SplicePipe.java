package io.sluice.dataplane.net;

import io.netty.channel.epoll.Native;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;

/** A pipe between two sockets, which bytes pass without a copy. Of its loop's thread. */
final class SplicePipe {
    private static final Logger log = LoggerFactory.getLogger(SplicePipe.class);
    private static final int NO_OFFSET = -1;

    private final FileDescriptor readEnd;
    private final FileDescriptor writeEnd;
    private int bytes;

    private SplicePipe(FileDescriptor readEnd, FileDescriptor writeEnd) {
        this.readEnd = readEnd;
        this.writeEnd = writeEnd;
    }

    static SplicePipe open() throws IOException {
        FileDescriptor[] ends = FileDescriptor.pipe();
        return new SplicePipe(ends[0], ends[1]);
    }

    /** How many it holds. */
    int bytes() {
        return bytes;
    }

    /**
     * Moves bytes from a socket into the pipe, which is empty.
     *
     * @return how many; 0 where there are none now, or never again
     */
    int fill(Socket from, int bytesMax) throws IOException {
        int moved =
                Native.splice(from.intValue(), NO_OFFSET, writeEnd.intValue(), NO_OFFSET, bytesMax);
        bytes += moved;
        return moved;
    }

    /**
     * Moves bytes from the pipe to a socket.
     *
     * @return how many; 0 where the socket takes none now
     */
    int drainTo(Socket to) throws IOException {
        int moved = Native.splice(readEnd.intValue(), NO_OFFSET, to.intValue(), NO_OFFSET, bytes);
        bytes -= moved;
        return moved;
    }

    void close() {
        close(readEnd);
        close(writeEnd);
    }

    private static void close(FileDescriptor end) {
        try {
            end.close();
        } catch (IOException e) {
            log.warn("event=pipe-close-failed problem=\"{}\"", e.toString());
        }
    }
}
