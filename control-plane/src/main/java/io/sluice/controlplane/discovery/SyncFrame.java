package io.sluice.controlplane.discovery;

import com.google.protobuf.CodedOutputStream;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.sluice.proto.discovery.v1.Offer;
import io.sluice.proto.discovery.v1.SyncResponse;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * The bytes of one {@link SyncResponse}: a few of its own, then those that all nodes share.
 * Immutable; the arrays are not copied.
 */
final class SyncFrame {
    private static final byte[] NONE = {};

    private final byte[] own;
    private final byte[] shared;
    private final @Nullable Status reset;

    private SyncFrame(byte[] own, byte[] shared, @Nullable Status reset) {
        this.own = own;
        this.shared = shared;
        this.reset = reset;
    }

    /** A message of this node alone. */
    static SyncFrame of(SyncResponse message) {
        return new SyncFrame(message.toByteArray(), NONE, null);
    }

    /**
     * An offer: protobuf allows fields in any order, so its number goes before the shared rest.
     *
     * @param part an {@link Offer} without its number
     */
    static SyncFrame offer(long offerId, byte[] part) {
        int offerBytes =
                CodedOutputStream.computeUInt64Size(Offer.OFFER_ID_FIELD_NUMBER, offerId)
                        + part.length;
        byte[] own =
                new byte
                        [CodedOutputStream.computeTagSize(SyncResponse.OFFER_FIELD_NUMBER)
                                + CodedOutputStream.computeUInt32SizeNoTag(offerBytes)
                                + offerBytes
                                - part.length];
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(own);
            out.writeTag(
                    SyncResponse.OFFER_FIELD_NUMBER,
                    com.google.protobuf.WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(offerBytes);
            out.writeUInt64(Offer.OFFER_ID_FIELD_NUMBER, offerId);
            out.checkNoSpaceLeft();
        } catch (IOException e) {
            throw new UncheckedIOException("the array has the computed size", e);
        }
        return new SyncFrame(own, part, null);
    }

    /**
     * Not a message: serialising it fails, upon which grpc resets the stream at once. A call that
     * is closed instead queues its end behind bytes that the peer does not take.
     */
    static SyncFrame reset(Status status) {
        return new SyncFrame(NONE, NONE, status);
    }

    int bytes() {
        return own.length + shared.length;
    }

    /** Writes frames and reads nothing: this end only sends them. */
    static final class Marshaller implements MethodDescriptor.Marshaller<SyncFrame> {
        @Override
        public InputStream stream(SyncFrame frame) {
            if (frame.reset != null) {
                throw frame.reset.asRuntimeException();
            }
            return new FrameStream(frame);
        }

        @Override
        public SyncFrame parse(InputStream stream) {
            throw new UnsupportedOperationException("nodes do not send these");
        }
    }

    /** What grpc drains in one go; the reads are for completeness. */
    private static final class FrameStream extends InputStream implements KnownLength, Drainable {
        private final SyncFrame frame;
        private int position;

        FrameStream(SyncFrame frame) {
            this.frame = frame;
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            target.write(frame.own);
            target.write(frame.shared);
            position = frame.bytes();
            return position;
        }

        @Override
        public int available() {
            return frame.bytes() - position;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            int count = 0;
            for (int next = 0; count < length; count++) {
                next = read();
                if (next < 0) {
                    return count == 0 ? -1 : count;
                }
                target[offset + count] = (byte) next;
            }
            return count;
        }

        @Override
        public int read() {
            if (available() == 0) {
                return -1;
            }
            int at = position++;
            byte next = at < frame.own.length ? frame.own[at] : frame.shared[at - frame.own.length];
            return next & 0xff;
        }
    }
}
