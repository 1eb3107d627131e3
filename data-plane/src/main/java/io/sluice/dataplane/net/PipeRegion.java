package io.sluice.dataplane.net;

import io.netty.channel.FileRegion;
import io.netty.channel.unix.Socket;
import io.netty.util.AbstractReferenceCounted;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/** What a pipe holds, in the queue of the socket that it is for. Of its loop's thread. */
final class PipeRegion extends AbstractReferenceCounted implements FileRegion {
    private final Loop loop;
    private final SplicePipe pipe;
    private final Socket target;
    private final BodySplice.User user;
    private final long count;

    PipeRegion(Loop loop, SplicePipe pipe, Socket target, BodySplice.User user) {
        this.loop = loop;
        this.pipe = pipe;
        this.target = target;
        this.user = user;
        this.count = pipe.bytes();
    }

    @Override
    public long position() {
        return 0;
    }

    @Override
    @Deprecated
    @SuppressWarnings("InlineMeSuggester") // Netty's name for it.
    public long transfered() {
        return transferred();
    }

    @Override
    public long transferred() {
        return count - pipe.bytes();
    }

    @Override
    public long count() {
        return count;
    }

    /** Moves bytes to the socket, whatever the channel that Netty makes for it. */
    @Override
    public long transferTo(WritableByteChannel channel, long position) throws IOException {
        int moved = pipe.drainTo(target);
        if (moved > 0) {
            user.spliceProgress();
        }
        return moved;
    }

    @Override
    protected void deallocate() {
        loop.splicePipes().giveBack(pipe);
    }

    @Override
    public PipeRegion retain() {
        super.retain();
        return this;
    }

    @Override
    public PipeRegion retain(int increment) {
        super.retain(increment);
        return this;
    }

    @Override
    public PipeRegion touch() {
        return this;
    }

    @Override
    public PipeRegion touch(Object hint) {
        return this;
    }
}
