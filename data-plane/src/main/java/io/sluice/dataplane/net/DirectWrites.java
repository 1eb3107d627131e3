package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.unix.Socket;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Writes to a socket, past its channel. */
final class DirectWrites {
    private DirectWrites() {}

    /**
     * Tries one write of a buffer, which keeps its indices.
     *
     * @return how many bytes the socket took, 0 for none
     */
    static int send(Socket socket, ByteBuf bytes) throws IOException {
        if (bytes.hasMemoryAddress()) {
            return socket.sendAddress(
                    bytes.memoryAddress(), bytes.readerIndex(), bytes.writerIndex());
        }
        ByteBuffer view = bytes.nioBuffer();
        if (view.isDirect()) {
            return socket.send(view, view.position(), view.limit());
        }
        ByteBuffer direct = ByteBuffer.allocateDirect(view.remaining());
        direct.put(view).flip();
        return socket.send(direct, 0, direct.limit());
    }
}
