package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.base64.Base64;
import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.BodyLength;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.message.Method;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.message.ResponseHead;

import org.jspecify.annotations.Nullable;

import java.util.Locale;

/**
 * A call of gRPC-Web, which is gRPC as browsers can speak it: the trailers are the last frame of
 * the body, and all of it may be in Base64 ("gRPC Web", PROTOCOL-WEB.md). It goes on as gRPC and
 * comes back as what it was, piece by piece: nothing is held but an unfinished group of Base64.
 * Used for one request after the other.
 */
final class GrpcWeb {
    private static final HeaderName ACCEPT = HeaderName.of("Accept");
    private static final String WEB = "application/grpc-web";
    private static final String TEXT = "-text";
    private static final String BASE64 = "-base64";
    private static final String GRPC = "application/grpc";
    private static final int TRAILERS_FLAG = 0x80;
    private static final int FRAME_HEAD_BYTES = 5;

    private final Base64Decoder decoder = new Base64Decoder();
    private boolean present;
    private boolean textRequest;
    private boolean textResponse;
    private boolean translates;
    private String message = "";

    /** Looks at a request and, if it is such a call, makes one of gRPC of it. */
    void begin(RequestHead head) {
        Fields fields = head.fields();
        String type = fields.valueText(HeaderName.CONTENT_TYPE).toLowerCase(Locale.ROOT);
        present = head.method() == Method.POST && type.startsWith(WEB);
        if (!present) {
            return;
        }
        String rest = type.substring(WEB.length());
        textRequest = rest.startsWith(TEXT);
        if (textRequest) {
            rest = rest.substring(TEXT.length());
            rest = rest.startsWith(BASE64) ? rest.substring(BASE64.length()) : rest;
        }
        present = rest.isEmpty() || rest.startsWith("+") || rest.startsWith(";");
        if (!present) {
            return;
        }
        message = rest.split(";", -1)[0];
        String accept = fields.valueText(ACCEPT);
        textResponse = accept.contains(WEB + TEXT) || (textRequest && !accept.contains(WEB));
        translates = false;
        decoder.start();
        fields.set(HeaderName.CONTENT_TYPE, Ascii.bytes(GRPC + message));
        head.acceptsTrailers(true);
        if (textRequest && head.bodyLength() != 0) {
            fields.remove(HeaderName.CONTENT_LENGTH);
            head.bodyLength(BodyLength.CHUNKED);
        }
    }

    /** The request is no such call, or none is under way. */
    void none() {
        present = false;
    }

    /** Whether the request is such a call. */
    boolean present() {
        return present;
    }

    /**
     * Part of the request's body as gRPC has it.
     *
     * @return null if it is not what the request said
     */
    @Nullable ByteBuf request(ByteBuf bytes) {
        if (!present || !textRequest) {
            return bytes;
        }
        ByteBuf decoded = bytes.alloc().ioBuffer(decoder.bytesMax(bytes.readableBytes()));
        boolean good = decoder.decode(bytes, decoded);
        bytes.release();
        if (!good) {
            decoded.release();
            return null;
        }
        return decoded;
    }

    /** Whether the request's body may end here. */
    boolean requestComplete() {
        return !present || !textRequest || decoder.complete();
    }

    /** What responses to the call have as content type. */
    byte[] contentType() {
        return Ascii.bytes(WEB + (textResponse ? TEXT : "") + message);
    }

    /**
     * The response begins; one that is none of gRPC passes as it is.
     *
     * @param first part of the body that is there already
     * @param last whether the response is complete with that: without trailers
     * @return that part as it is sent
     */
    @Nullable ByteBuf response(ResponseHead head, @Nullable ByteBuf first, boolean last) {
        translates = present && GrpcCall.carriedBy(head.fields());
        if (!translates) {
            return first;
        }
        head.fields().set(HeaderName.CONTENT_TYPE, contentType());
        if (!last || textResponse) {
            boolean empty = last && (first == null || !first.isReadable());
            if (!empty) {
                head.fields().remove(HeaderName.CONTENT_LENGTH);
                head.bodyLength(BodyLength.CHUNKED);
            }
        }
        return first == null ? null : body(first);
    }

    /** Part of the response's body as it is sent. */
    ByteBuf body(ByteBuf bytes) {
        if (!translates || !textResponse) {
            return bytes;
        }
        // Each piece with padding of its own: clients take them one by one.
        ByteBuf encoded = Base64.encode(bytes, false);
        bytes.release();
        return encoded;
    }

    /**
     * The response's trailers as the last frame of its body.
     *
     * @param trailers null if there are none
     * @return null if they go as they are
     */
    @Nullable ByteBuf trailers(ByteBufAllocator allocator, @Nullable Fields trailers) {
        if (!translates || trailers == null) {
            return null;
        }
        ByteBuf frame = allocator.ioBuffer(FRAME_HEAD_BYTES + trailers.used());
        frame.writeByte(TRAILERS_FLAG).writeInt(0);
        byte[] bytes = trailers.bytes();
        for (int i = 0; i < trailers.size(); i++) {
            if (trailers.present(i)) {
                for (int at = trailers.nameStart(i); at < trailers.nameEnd(i); at++) {
                    frame.writeByte(Ascii.lower(bytes[at]));
                }
                frame.writeByte(':');
                int start = trailers.valueStart(i);
                frame.writeBytes(bytes, start, trailers.valueEnd(i) - start);
                frame.writeByte('\r').writeByte('\n');
            }
        }
        frame.setInt(1, frame.readableBytes() - FRAME_HEAD_BYTES);
        return body(frame);
    }
}
