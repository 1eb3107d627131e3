package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.Socket;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * One socket of a relay on epoll, past its channel: a read goes into the loop's receive buffer and
 * from there to the peer in one write; a copy is made of what the peer does not take, and nothing
 * is read until it did. A stream that proves to be bulk, by two reads in a row that fill the
 * buffer, is spliced, so that its bytes stay in the kernel; small messages never are, as that costs
 * twice the calls.
 *
 * <p>The kernel tells edges only, so that pausing and going on is no call; whoever stops before all
 * is read remembers that, in {@code readable}.
 */
final class DirectSide implements RelaySide, EpollSocket.Reader {
    /** Of reads that fill the receive buffer before bytes are spliced. */
    private static final int FULL_READS = 2;

    /** What an event brings at least of a stream that goes on to be spliced. */
    private static final int BULK_BYTES_MIN = 8 * 1024;

    /** Asked of one splice; the pipe takes less. */
    private static final int SPLICE_BYTES_MAX = 1024 * 1024;

    /** Reads in a row of one socket, before others get their turn. */
    private static final int READS_MAX = 16;

    private static final int OUTPUT =
            EpollIoOps.EPOLLOUT.value() | EpollIoOps.EPOLLERR.value() | Epoll.HANG_UP;
    private static final int END =
            EpollIoOps.EPOLLRDHUP.value() | EpollIoOps.EPOLLERR.value() | Epoll.HANG_UP;
    private static final int INPUT = EpollIoOps.EPOLLIN.value() | END;

    /** What Netty does not name. */
    private static final class Epoll {
        static final int HANG_UP = 0x10;
    }

    private final Relay relay;
    private final Loop loop;
    private final TcpChannel channel;
    private final Socket socket;
    private final @Nullable Shaper shaper;
    private final @Nullable Gathering gathering;
    private final Failure whenBroken;
    private final Runnable goOn = this::pump;
    private @Nullable DirectSide peer;
    private boolean readable;
    private boolean ending;
    private boolean broken;
    private boolean inputClosed;
    private boolean outputShut;
    private int fullReads;
    private boolean bulk;

    // Of what was read here and the peer has not taken: one of both at most.
    private @Nullable ByteBuf rest;
    private @Nullable SplicePipe pipe;

    // Small segments that wait for more; nothing of both above is held meanwhile.
    private @Nullable ByteBuf gathered;

    /**
     * @param shaper of what is read here; null for no limit
     * @param coalescing of what is read here; null for none
     */
    DirectSide(
            Relay relay,
            Loop loop,
            TcpChannel channel,
            @Nullable Shaper shaper,
            @Nullable Coalescing coalescing,
            Failure whenBroken) {
        this.shaper = shaper;
        this.gathering =
                coalescing == null
                        ? null
                        : new Gathering(coalescing, loop.eventLoop(), this::passOnGathered);
        this.relay = relay;
        this.loop = loop;
        this.channel = channel;
        this.socket = channel.socket();
        this.whenBroken = whenBroken;
    }

    void towards(DirectSide other) {
        peer = other;
    }

    @Override
    public TcpChannel channel() {
        return channel;
    }

    @Override
    public boolean ended() {
        return inputClosed && outputShut;
    }

    @Override
    public long heldBytes() {
        ByteBuf held = rest;
        SplicePipe piped = pipe;
        long copied = held == null ? 0 : held.readableBytes();
        return copied + (piped == null ? 0 : piped.bytes());
    }

    @Override
    public boolean paused() {
        return heldBytes() > 0;
    }

    @Override
    public void passEarly(@Nullable ByteBuf early) {
        if (early == null) {
            return;
        }
        passed(early.readableBytes());
        rest = early;
        passOnHeld();
    }

    @Override
    public void begin() {
        if (relay.over()) {
            return;
        }
        if (!channel.isActive()) {
            relay.broke(whenBroken);
            return;
        }
        channel.takeOver(this);
        if (channel.isInputShutdown()) {
            inputClosed = true;
            pump();
        }
    }

    @Override
    public void ready(int ops) {
        if (relay.over()) {
            return;
        }
        if ((ops & INPUT) != 0) {
            readable = true;
            ending |= (ops & END) != 0;
        }
        if ((ops & OUTPUT) != 0 && other().paused()) {
            other().pump();
        }
        broken |= (ops & EpollIoOps.EPOLLERR.value()) != 0;
        if (readable || broken) {
            pump();
        }
    }

    /** Passes on all there is, as far as the peer takes it. */
    private void pump() {
        for (int i = 0; i < READS_MAX; i++) {
            if (relay.over()) {
                return;
            }
            if (!passOnHeld()) {
                if (broken) {
                    // It will not be read before the peer takes what is held, which may be never.
                    relay.broke(whenBroken);
                }
                return;
            }
            if (inputClosed) {
                if (endGathering()) {
                    continue;
                }
                other().shutOutput();
                return;
            }
            if (!readable) {
                return;
            }
            long most = shaper == null ? SPLICE_BYTES_MAX : shaper.allowance();
            if (shaper != null && most == 0) {
                // It is not read before that; a reset is heard of then.
                shaper.await(goOn);
                return;
            }
            read((int) Math.min(most, SPLICE_BYTES_MAX));
        }
        loop.execute(goOn);
    }

    private void passOnGathered() {
        if (!relay.over() && endGathering()) {
            pump();
        }
    }

    /** Whether something was gathered; it is what is held now. */
    private boolean endGathering() {
        ByteBuf all = gathered;
        if (gathering == null || all == null) {
            return false;
        }
        gathering.passed();
        gathered = null;
        rest = all;
        return true;
    }

    private void read(int bytesMax) {
        if (bulk && endGathering()) {
            return;
        }
        try {
            if (!bulk || !splice(bytesMax)) {
                copy(Math.min(bytesMax, ReceiveBuffer.BYTES));
            }
        } catch (IOException e) {
            relay.broke(whenBroken);
        }
    }

    /** One read into the loop's buffer, and from there to the peer. */
    private void copy(int bytesMax) throws IOException {
        ReceiveBuffer buffer = loop.receiveBuffer();
        int bytes = socket.recvAddress(buffer.address(), 0, bytesMax);
        if (bytes <= 0) {
            inputClosed = bytes < 0;
            readable = false;
            return;
        }
        // A short read is all there was; what comes later is another edge. An end is none.
        readable = bytes == bytesMax || ending;
        fullReads = bytes == ReceiveBuffer.BYTES ? fullReads + 1 : 0;
        bulk = bulk || fullReads >= FULL_READS;
        passed(bytes);
        if (gathering != null) {
            gather(gathering, buffer, bytes);
            return;
        }
        int taken = other().take(buffer.address(), bytes);
        if (taken < bytes && !relay.over()) {
            rest = buffer.copy(channel.alloc(), taken, bytes);
        }
    }

    private void gather(Gathering into, ReceiveBuffer buffer, int bytes) {
        boolean held = into.holds(bytes);
        ByteBuf before = gathered;
        if (!held && before == null) {
            int taken = other().take(buffer.address(), bytes);
            if (taken < bytes && !relay.over()) {
                rest = buffer.copy(channel.alloc(), taken, bytes);
            }
            return;
        }
        ByteBuf all = Gathering.append(before, buffer.copy(channel.alloc(), 0, bytes));
        gathered = held ? all : null;
        if (!held) {
            rest = all;
        }
    }

    /**
     * Moves bytes from the socket into a pipe and on to the peer.
     *
     * @return false where nothing was moved: there is nothing to read, or the end, which only a
     *     read tells apart
     */
    private boolean splice(int bytesMax) throws IOException {
        SplicePipe through = loop.splicePipes().lend();
        if (through == null) {
            bulk = false;
            return false;
        }
        pipe = through;
        int bytes = through.fill(socket, bytesMax);
        if (bytes == 0) {
            returnPipe();
            return false;
        }
        if (bytes < BULK_BYTES_MIN && bytes < bytesMax) {
            bulk = false;
            fullReads = 0;
        }
        passed(bytes);
        return true;
    }

    private void passed(int bytes) {
        relay.passed(this, bytes);
        if (shaper != null) {
            shaper.passed(bytes);
        }
    }

    /** Whether nothing is held any more. */
    private boolean passOnHeld() {
        ByteBuf held = rest;
        if (held != null) {
            return passOn(held);
        }
        SplicePipe piped = pipe;
        return piped == null || passOn(piped);
    }

    private boolean passOn(ByteBuf held) {
        other().take(held);
        if (relay.over() || held.isReadable()) {
            return false;
        }
        held.release();
        rest = null;
        return true;
    }

    private boolean passOn(SplicePipe piped) {
        other().take(piped);
        if (relay.over() || piped.bytes() > 0) {
            return false;
        }
        returnPipe();
        return true;
    }

    // ---- the other direction's end: what is written to this socket

    private int take(long address, int bytes) {
        try {
            return socket.sendAddress(address, 0, bytes);
        } catch (IOException e) {
            relay.broke(whenBroken);
            return 0;
        }
    }

    private void take(ByteBuf held) {
        try {
            int sent = -1;
            while (sent != 0 && held.isReadable()) {
                sent = DirectWrites.send(socket, held);
                held.skipBytes(sent);
            }
        } catch (IOException e) {
            relay.broke(whenBroken);
        }
    }

    private void take(SplicePipe piped) {
        try {
            int moved = -1;
            while (moved != 0 && piped.bytes() > 0) {
                moved = piped.drainTo(socket);
            }
        } catch (IOException e) {
            relay.broke(whenBroken);
        }
    }

    private void shutOutput() {
        if (outputShut) {
            return;
        }
        outputShut = true;
        if (ended()) {
            relay.sideEnded();
            return;
        }
        try {
            socket.shutdown(false, true);
        } catch (IOException e) {
            relay.broke(whenBroken);
        }
    }

    private DirectSide other() {
        DirectSide side = peer;
        if (side == null) {
            throw new IllegalStateException("no peer yet");
        }
        return side;
    }

    @Override
    public void stop() {
        ByteBuf held = rest;
        if (held != null) {
            rest = null;
            held.release();
        }
        if (pipe != null) {
            returnPipe();
        }
        ByteBuf waiting = gathered;
        if (gathering != null && waiting != null) {
            gathered = null;
            gathering.passed();
            waiting.release();
        }
    }

    private void returnPipe() {
        SplicePipe piped = pipe;
        if (piped != null) {
            pipe = null;
            loop.splicePipes().giveBack(piped);
        }
    }

    @Override
    public void closing() {
        relay.broke(whenBroken);
    }
}
