package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;

/**
 * The type-length-value vectors of a PROXY header, one after the other, as they came. Immutable;
 * that they fit into each other was checked.
 */
public final class ProxyTlvs {
    /** No vectors. */
    public static final ProxyTlvs NONE = new ProxyTlvs(new byte[0]);

    private static final int HEAD_BYTES = 3;

    private final byte[] bytes;

    ProxyTlvs(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Where the vector behind the one at this place begins, or {@link #end}. */
    int next(int at) {
        return at + HEAD_BYTES + ((bytes[at + 1] & 0xff) << Byte.SIZE | (bytes[at + 2] & 0xff));
    }

    /** Behind the last one. */
    int end() {
        return bytes.length;
    }

    int type(int at) {
        return bytes[at] & 0xff;
    }

    void write(int at, ByteBuf into) {
        into.writeBytes(bytes, at, next(at) - at);
    }

    byte[] bytes() {
        return bytes.clone();
    }
}
