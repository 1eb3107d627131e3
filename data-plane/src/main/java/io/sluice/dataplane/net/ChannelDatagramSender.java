package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;

import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * Hands what a turn of the loop sends to the kernel together, with epoll in one sendmmsg; there,
 * datagrams to one peer in a row are one of its messages, which the kernel cuts up again.
 */
final class ChannelDatagramSender implements DatagramSender {
    /** Handed over before the turn is over, while they are in the processor's caches. */
    private static final int FLUSH_BYTES = 64 * 1024;

    private final Loop loop;
    private final DatagramChannel channel;
    private final boolean losesEmpty;
    private final Runnable lost;
    private final SegmentLimit limit;
    private final SegmentRun run = new SegmentRun();
    private final Runnable flush = this::flush;
    private InetSocketAddress runPeer = new InetSocketAddress(0);
    private boolean flushQueued;
    private int unflushedBytes;

    /**
     * @param segments whether the channel takes runs
     */
    ChannelDatagramSender(Loop loop, DatagramChannel channel, boolean segments, Runnable lost) {
        this.loop = loop;
        this.channel = channel;
        this.losesEmpty = channel instanceof EpollDatagramChannel;
        this.lost = lost;
        this.limit = new SegmentLimit(segments, new SegmentLimit.Notice());
        channel.config()
                .setWriteBufferWaterMark(
                        new WriteBufferWaterMark(QUEUE_BYTES_MAX / 2, QUEUE_BYTES_MAX));
    }

    @Override
    public boolean send(ByteBuf datagram, InetSocketAddress peer) {
        if (!channel.isWritable()) {
            return false;
        }
        int bytes = datagram.readableBytes();
        if (bytes == 0) {
            return sendEmpty(datagram, peer);
        }
        if (run.isEmpty() || !runPeer.equals(peer) || !run.add(datagram)) {
            writeRun();
            // What was read is valid within this event only, so this copies.
            run.begin(channel.alloc(), datagram, !limit.allows(bytes));
            runPeer = peer;
        }
        unflushedBytes += bytes;
        if (unflushedBytes >= FLUSH_BYTES) {
            flush();
        } else {
            queueFlush();
        }
        return true;
    }

    // Netty's epoll channel leaves datagrams without a byte out, and miscounts the others then.
    private boolean sendEmpty(ByteBuf datagram, InetSocketAddress peer) {
        if (!losesEmpty) {
            writeRun();
            var _ = channel.write(new DatagramPacket(datagram.copy(), peer), channel.voidPromise());
            queueFlush();
            return true;
        }
        flush();
        try {
            var _ =
                    socket().sendToAddress(
                                    EmptyDatagram.ADDRESS, 0, 0, peer.getAddress(), peer.getPort());
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private Socket socket() {
        return (Socket) ((UnixChannel) channel).fd();
    }

    private void queueFlush() {
        if (!flushQueued) {
            flushQueued = true;
            loop.execute(flush);
        }
    }

    private void flush() {
        flushQueued = false;
        unflushedBytes = 0;
        writeRun();
        channel.flush();
    }

    private void writeRun() {
        if (run.isEmpty()) {
            return;
        }
        int count = run.count();
        ByteBuf bytes = run.take();
        if (count == 1) {
            var _ = channel.write(new DatagramPacket(bytes, runPeer), channel.voidPromise());
            return;
        }
        var segments = new Segments(bytes, run.segmentBytes(), runPeer, count);
        // For the case that they have to be sent again.
        segments.retain();
        channel.write(segments).addListener(segments);
    }

    /** A run on its way, which listens to what becomes of it. */
    private final class Segments extends SegmentedDatagramPacket implements ChannelFutureListener {
        private final int count;

        private Segments(ByteBuf bytes, int segmentBytes, InetSocketAddress peer, int count) {
            super(bytes, segmentBytes, peer);
            this.count = count;
        }

        @Override
        public void operationComplete(ChannelFuture written) {
            try {
                if (!written.isSuccess()) {
                    failed(written.cause());
                }
            } finally {
                release();
            }
        }

        private void failed(Throwable cause) {
            boolean refused =
                    cause instanceof Errors.NativeIoException error
                            && limit.learn(error.expectedErr(), segmentSize());
            if (refused) {
                sendSingly();
                return;
            }
            for (int i = 0; i < count; i++) {
                lost.run();
            }
        }

        // Netty tells of the failure before it sends what comes next, so the order stays.
        private void sendSingly() {
            ByteBuf bytes = content();
            InetSocketAddress peer = recipient();
            int at = bytes.readerIndex();
            while (at < bytes.writerIndex()) {
                int end = Math.min(at + segmentSize(), bytes.writerIndex());
                try {
                    int sent =
                            socket().sendToAddress(
                                            bytes.memoryAddress(),
                                            at,
                                            end,
                                            peer.getAddress(),
                                            peer.getPort());
                    if (sent == 0) {
                        sendLater(at);
                        return;
                    }
                } catch (IOException e) {
                    lost.run();
                }
                at = end;
            }
        }

        // The kernel has no room now.
        private void sendLater(int from) {
            ByteBuf bytes = content();
            for (int at = from; at < bytes.writerIndex(); at += segmentSize()) {
                int length = Math.min(segmentSize(), bytes.writerIndex() - at);
                var packet = new DatagramPacket(bytes.retainedSlice(at, length), recipient());
                var _ = channel.write(packet, channel.voidPromise());
            }
            queueFlush();
        }
    }
}
