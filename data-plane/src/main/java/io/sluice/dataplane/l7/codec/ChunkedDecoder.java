package io.sluice.dataplane.l7.codec;

import io.netty.buffer.ByteBuf;
import io.sluice.dataplane.l7.message.Fields;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * Follows the chunked coding (RFC 9112 section 7.1) a byte at a time where it matters. Strict: no
 * space around the size, no bare line break, bounded extensions and trailers, and no trailer that
 * frames or routes a message.
 */
final class ChunkedDecoder {
    /** Bytes of the extensions of one chunk. */
    static final int EXTENSION_BYTES_MAX = 256;

    /** Bytes of the extensions of one body. */
    static final int EXTENSIONS_BYTES_MAX = 16 * 1024;

    /** Bytes of all trailer lines of one body. */
    static final int TRAILER_BYTES_MAX = 8 * 1024;

    private static final int TRAILERS_AT_FIRST = 64;

    // 15 hexadecimal digits cannot overflow a long.
    private static final int SIZE_DIGITS_MAX = 15;

    private enum State {
        SIZE,
        EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILERS,
        LAST_LF,
        DONE
    }

    private State state = State.DONE;
    private long remaining;
    private int sizeDigits;
    private int extensionBytes;
    private int extensionsBytes;
    private long received;
    private byte @Nullable [] trailers;
    private int trailerBytes;
    private int trailerBytesBefore;
    private @Nullable Fields fields;

    void start() {
        state = State.SIZE;
        remaining = 0;
        sizeDigits = 0;
        extensionBytes = 0;
        extensionsBytes = 0;
        received = 0;
        trailers = null;
        trailerBytes = 0;
        trailerBytesBefore = 0;
        fields = null;
    }

    /** The fields behind the last chunk; null if there are none. */
    @Nullable Fields trailers() {
        return fields;
    }

    boolean done() {
        return state == State.DONE;
    }

    long received() {
        return received;
    }

    /** See {@link BodyDecoder#withheld()}. */
    int withheld() {
        return state == State.TRAILERS ? trailerBytes - trailerBytesBefore : 0;
    }

    /** See {@link BodyDecoder#withheldBefore()}. */
    int withheldBefore() {
        return state == State.DONE ? trailerBytesBefore : 0;
    }

    /** See {@link BodyDecoder#writeWithheldBefore(ByteBuf)}. */
    void writeWithheldBefore(ByteBuf out) {
        byte[] kept = trailers;
        if (kept != null) {
            out.writeBytes(kept, 0, withheldBefore());
        }
    }

    /** See {@link BodyDecoder#take(ByteBuf, ByteBuf)}. */
    int take(ByteBuf in, @Nullable ByteBuf content) {
        int start = in.readerIndex();
        int end = in.writerIndex();
        int at = start;
        trailerBytesBefore = trailerBytes;
        while (at < end && state != State.DONE) {
            if (state == State.DATA) {
                int data = (int) Math.min(end - at, remaining);
                if (content != null) {
                    content.writeBytes(in, at, data);
                }
                at += data;
                received += data;
                remaining -= data;
                if (remaining == 0) {
                    state = State.DATA_CR;
                }
                continue;
            }
            if (!step(in.getByte(at++))) {
                return BodyDecoder.BAD;
            }
        }
        return at - start;
    }

    private boolean step(byte b) {
        return switch (state) {
            case SIZE -> size(b);
            case EXTENSION -> extension(b);
            case SIZE_LF -> sizeEnd(b);
            case DATA_CR -> b == '\r' && to(State.DATA_LF);
            case DATA_LF -> b == '\n' && nextChunk();
            case TRAILERS -> trailer(b);
            case LAST_LF -> b == '\n' && to(State.DONE);
            case DATA, DONE -> throw new AssertionError(state);
        };
    }

    private boolean to(State next) {
        state = next;
        return true;
    }

    private boolean nextChunk() {
        sizeDigits = 0;
        remaining = 0;
        extensionBytes = 0;
        return to(State.SIZE);
    }

    private boolean size(byte b) {
        int digit = Octets.hex(b);
        if (digit >= 0) {
            remaining = remaining << 4 | digit;
            return ++sizeDigits <= SIZE_DIGITS_MAX;
        }
        if (sizeDigits == 0) {
            return false;
        }
        if (b == ';') {
            return to(State.EXTENSION);
        }
        return b == '\r' && to(State.SIZE_LF);
    }

    private boolean extension(byte b) {
        if (b == '\r') {
            return to(State.SIZE_LF);
        }
        return Octets.value(b)
                && ++extensionBytes <= EXTENSION_BYTES_MAX
                && ++extensionsBytes <= EXTENSIONS_BYTES_MAX;
    }

    private boolean sizeEnd(byte b) {
        if (b != '\n') {
            return false;
        }
        return to(remaining == 0 ? State.TRAILERS : State.DATA);
    }

    // Kept until they are complete: they are few, and rare.
    private boolean trailer(byte b) {
        if (trailers == null) {
            if (b == '\r') {
                return to(State.LAST_LF);
            }
            trailers = new byte[TRAILERS_AT_FIRST];
        }
        // What no line may hold need not wait for the last of them.
        boolean behindCr = trailerBytes > 0 && trailers[trailerBytes - 1] == '\r';
        boolean fits = behindCr ? b == '\n' : b == '\r' || Octets.value(b);
        if (!fits || trailerBytes == TRAILER_BYTES_MAX) {
            return false;
        }
        if (trailerBytes == trailers.length) {
            trailers = Arrays.copyOf(trailers, trailers.length * 2);
        }
        trailers[trailerBytes++] = b;
        if (b != '\n') {
            return true;
        }
        boolean last = trailerBytes >= 3 && trailers[trailerBytes - 3] == '\n';
        return !last || trailersEnd(trailers);
    }

    private boolean trailersEnd(byte[] bytes) {
        Fields parsed = new Fields();
        parsed.begin(bytes, trailerBytes);
        int end = FieldLines.parse(bytes, 0, trailerBytes, parsed, Trailers.FIELDS_MAX);
        if (end != trailerBytes || !Trailers.allowed(parsed)) {
            return false;
        }
        fields = parsed;
        return to(State.DONE);
    }
}
