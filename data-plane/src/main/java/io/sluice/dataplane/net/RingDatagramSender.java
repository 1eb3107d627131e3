package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.Socket;
import io.netty.channel.uring.IoUringDatagramChannel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;

/**
 * Sends straight to the socket of a channel on io_uring. What finds no room there waits for some in
 * the channel, one at a time: of several at once, of which one in the middle finds none, Netty
 * 4.2.18 would by its source take those behind it for the first ones, so that one is lost and one
 * sent twice. That was not seen with a slow link (2026-11-27); this does not depend on it.
 */
final class RingDatagramSender implements DatagramSender, ChannelFutureListener {
    private final IoUringDatagramChannel channel;
    private final Socket socket;
    private final Runnable lost;
    private final ArrayDeque<DatagramPacket> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private boolean writing;

    RingDatagramSender(IoUringDatagramChannel channel, Runnable lost) {
        this.channel = channel;
        this.socket = (Socket) channel.fd();
        this.lost = lost;
    }

    @Override
    public boolean send(ByteBuf datagram, InetSocketAddress peer) {
        if (writing) {
            return enqueue(datagram, peer);
        }
        int bytes = datagram.readableBytes();
        try {
            int sent =
                    socket.sendToAddress(
                            bytes == 0 ? EmptyDatagram.ADDRESS : datagram.memoryAddress(),
                            bytes == 0 ? 0 : datagram.readerIndex(),
                            bytes == 0 ? 0 : datagram.writerIndex(),
                            peer.getAddress(),
                            peer.getPort());
            return sent == bytes || enqueue(datagram, peer);
        } catch (IOException e) {
            return false;
        }
    }

    private boolean enqueue(ByteBuf datagram, InetSocketAddress peer) {
        int bytes = datagram.readableBytes();
        if (waitingBytes + bytes > QUEUE_BYTES_MAX || !channel.isOpen()) {
            return false;
        }
        ByteBuf copy = channel.alloc().directBuffer(Math.max(1, bytes));
        copy.writeBytes(datagram, datagram.readerIndex(), bytes);
        waiting.add(new DatagramPacket(copy, peer));
        waitingBytes += bytes;
        if (!writing) {
            writing = true;
            writeNext();
        }
        return true;
    }

    private void writeNext() {
        DatagramPacket next = waiting.poll();
        if (next == null) {
            writing = false;
            return;
        }
        waitingBytes -= next.content().readableBytes();
        channel.writeAndFlush(next).addListener(this);
    }

    @Override
    public void operationComplete(ChannelFuture written) {
        if (!written.isSuccess()) {
            lost.run();
        }
        if (channel.isOpen()) {
            writeNext();
            return;
        }
        writing = false;
        waitingBytes = 0;
        waiting.forEach(DatagramPacket::release);
        waiting.clear();
    }
}
