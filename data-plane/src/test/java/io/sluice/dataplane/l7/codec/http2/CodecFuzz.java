package io.sluice.dataplane.l7.codec.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.sluice.dataplane.l7.codec.BodyDecoder;
import io.sluice.dataplane.l7.codec.HeadLimits;
import io.sluice.dataplane.l7.codec.Http1Encoder;
import io.sluice.dataplane.l7.codec.RequestParser;
import io.sluice.dataplane.l7.message.BodyLength;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.RequestHead;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * What must hold for any bytes a peer may send. Each method takes one input and throws an {@link
 * AssertionError} where it does not hold; {@link CodecCorpusTest} replays inputs that were worth
 * keeping, a fuzzer makes new ones.
 */
public final class CodecFuzz {
    /** Their names. */
    public static final List<String> TARGETS =
            List.of("requestHead", "chunks", "hpack", "frames", "bridge");

    private static final HeadLimits LIMITS = new HeadLimits(16 * 1024, 100);
    private static final int SCRATCH_BYTES = 64 * 1024;
    private static final byte[] METHOD_GET = {(byte) 0x82};

    /** A reference to the newest entry of a dynamic table; the others follow. */
    private static final int FIRST_ENTRY = 0x80 | 62;

    private static final int ENTRIES = 8;

    private CodecFuzz() {}

    /** The target of that name. */
    public static Consumer<byte[]> target(String name) {
        return switch (name) {
            case "requestHead" -> CodecFuzz::requestHead;
            case "chunks" -> CodecFuzz::chunks;
            case "hpack" -> CodecFuzz::hpack;
            case "frames" -> CodecFuzz::frames;
            case "bridge" -> CodecFuzz::bridge;
            default -> throw new AssertionError(name);
        };
    }

    /** A request head that is taken means the same to whoever reads it next. */
    public static void requestHead(byte[] input) {
        int length = Math.min(input.length, SCRATCH_BYTES / 2);
        var parser = new RequestParser();
        RequestParser.Outcome whole = parse(parser, input, length);
        if (whole == RequestParser.Outcome.COMPLETE) {
            int end = parser.end();
            require(end <= length, "the head ends where the bytes do");
            sameToTheNext(parser.head());
            require(
                    parse(new RequestParser(), input, end) == RequestParser.Outcome.COMPLETE,
                    "what follows a head does not change it");
            require(
                    parse(new RequestParser(), input, end - 1) == RequestParser.Outcome.INCOMPLETE,
                    "a head is complete with its last byte");
        }
    }

    private static RequestParser.Outcome parse(RequestParser parser, byte[] input, int length) {
        byte[] scratch = new byte[SCRATCH_BYTES];
        System.arraycopy(input, 0, scratch, 0, length);
        return parser.parse(scratch, length, LIMITS);
    }

    private static void sameToTheNext(RequestHead head) {
        ByteBuf sent = Http1Encoder.request(UnpooledByteBufAllocator.DEFAULT, head, 0);
        byte[] bytes = withHost(ByteBufUtil.getBytes(sent));
        sent.release();
        byte[] scratch = new byte[2 * SCRATCH_BYTES];
        System.arraycopy(bytes, 0, scratch, 0, bytes.length);
        var next = new RequestParser();
        RequestParser.Outcome outcome =
                next.parse(scratch, bytes.length, new HeadLimits(SCRATCH_BYTES, 200));
        require(outcome == RequestParser.Outcome.COMPLETE, "what is sent can be read");
        require(next.end() == bytes.length, "what is sent is one head");
        RequestHead read = next.head();
        require(read.methodText().equals(head.methodText()), "method");
        require(read.path().equals(head.path()), "path");
        require(read.query().equals(head.query()), "query");
        require(read.host().equals(head.host().isEmpty() ? "none" : head.host()), "host");
        require(read.bodyLength() == head.bodyLength(), "length of the body");
    }

    // A client that named no host is sent on with an empty one, which a strict reader refuses.
    private static byte[] withHost(byte[] request) {
        String text = new String(request, StandardCharsets.ISO_8859_1);
        return text.replaceFirst("\r\nHost: \r\n", "\r\nHost: none\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Chunks end at the same byte however they are cut; the first byte says where. */
    public static void chunks(byte[] input) {
        if (input.length < 2) {
            return;
        }
        byte[] body = Arrays.copyOfRange(input, 1, input.length);
        int step = 1 + (input[0] & 0x1f);
        var whole = new BodyDecoder();
        whole.start(BodyLength.CHUNKED);
        int taken = whole.take(Unpooled.wrappedBuffer(body));
        var pieces = new BodyDecoder();
        pieces.start(BodyLength.CHUNKED);
        int sum = 0;
        for (int at = 0; at < body.length && !pieces.done(); at += step) {
            ByteBuf piece = Unpooled.wrappedBuffer(body, at, Math.min(step, body.length - at));
            int more = pieces.take(piece);
            if (more < 0) {
                require(taken < 0, "bad chunks are bad however they are cut");
                return;
            }
            sum += more;
        }
        require(taken == sum, "chunks end where they end");
        require(whole.done() == pieces.done(), "chunks are complete or not");
        require(whole.received() == pieces.received(), "content is counted");
    }

    /**
     * No field that is taken can break out of a line of HTTP/1.1, and a block that comes again
     * means what it would if others had come between.
     */
    public static void hpack(byte[] input) {
        var decoder = new HpackDecoder();
        var distracted = new HpackDecoder();
        for (int round = 0; round < 4; round++) {
            FieldBlock block = decoded(decoder, input);
            FieldBlock same = decoded(distracted, input);
            decoded(distracted, METHOD_GET);
            require(lines(block).equals(lines(same)), "it means the same");
            if (block == null) {
                return;
            }
            if (!block.malformed()) {
                wholeLines(block.fields());
            }
        }
        for (int entry = 0; entry < ENTRIES; entry++) {
            byte[] reference = {(byte) (FIRST_ENTRY + entry)};
            require(
                    lines(decoded(decoder, reference))
                            .equals(lines(decoded(distracted, reference))),
                    "it leaves the same table");
        }
    }

    private static List<String> lines(@Nullable FieldBlock block) {
        return block == null ? List.of("bad coding") : HpackTexts.lines(block);
    }

    private static @Nullable FieldBlock decoded(HpackDecoder decoder, byte[] input) {
        FieldBlock block = HpackTexts.begun(LIMITS);
        return decoder.decode(input, 0, input.length, block) ? block : null;
    }

    private static void wholeLines(Fields fields) {
        for (int i = 0; i < fields.size(); i++) {
            String line = fields.nameText(i) + fields.valueText(i);
            require(line.chars().noneMatch(c -> c == '\r' || c == '\n' || c == 0), line);
            require(fields.nameText(i).chars().noneMatch(c -> c <= ' ' || c == ':'), line);
        }
    }

    /** Frames are the same however they are cut; the first byte says where. */
    public static void frames(byte[] input) {
        if (input.length < 2) {
            return;
        }
        byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
        int step = 1 + (input[0] & 0x1f);
        var whole = new NotingFrames();
        int error = newReader().read(Unpooled.wrappedBuffer(bytes), whole, 0);
        var cut = new NotingFrames();
        FrameReader pieces = newReader();
        int errorOfPieces = ErrorCode.NONE;
        for (int at = 0; at < bytes.length && errorOfPieces == ErrorCode.NONE; at += step) {
            int length = Math.min(step, bytes.length - at);
            errorOfPieces = pieces.read(Unpooled.wrappedBuffer(bytes, at, length), cut, 0);
        }
        require(error == errorOfPieces, "errors do not depend on the cut");
        require(whole.seen().equals(cut.seen()), whole.seen() + " / " + cut.seen());
    }

    private static FrameReader newReader() {
        Http2Limits limits = Http2Limits.DEFAULT;
        return FrameReader.ofServer(limits, new FloodGuard(limits, 0));
    }

    /**
     * A request of HTTP/2 that is taken is one request of HTTP/1.1, and means the same. The first
     * byte says whether the stream ends with its head.
     */
    public static void bridge(byte[] input) {
        if (input.length < 2) {
            return;
        }
        var decoder = new Http2HeadDecoder();
        Http2HeadDecoder.Outcome outcome =
                decoder.request(
                        new HpackDecoder(),
                        input,
                        1,
                        input.length,
                        (input[0] & 1) != 0,
                        new byte[SCRATCH_BYTES],
                        LIMITS);
        if (outcome == Http2HeadDecoder.Outcome.COMPLETE) {
            sameToTheNext(decoder.request());
        }
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
