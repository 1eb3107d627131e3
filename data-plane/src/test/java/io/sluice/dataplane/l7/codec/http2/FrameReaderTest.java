package io.sluice.dataplane.l7.codec.http2;

import static io.sluice.dataplane.l7.codec.http2.HpackTexts.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.sluice.dataplane.l7.message.Ascii;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

final class FrameReaderTest {
    private static final String PREFACE = "505249202a20485454502f322e300d0a0d0a534d0d0a0d0a";
    private static final String SETTINGS = "000000040000000000";

    private final Frames frames = new Frames();
    private FrameReader reader = newReader();

    private static FrameReader newReader() {
        Http2Limits limits = Http2Limits.DEFAULT;
        return FrameReader.ofClient(limits, new FloodGuard(limits, 0));
    }

    /** Notes what it is told. */
    private static final class Frames implements FrameHandler {
        final List<String> seen = new ArrayList<>();

        @Override
        public void headers(int streamId, byte[] block, int from, int to, boolean endStream) {
            seen.add("headers " + streamId + " " + hex(block, from, to) + end(endStream));
        }

        @Override
        public void data(int streamId, ByteBuf in, int bytes, int flowBytes, boolean endStream) {
            String content = ByteBufUtil.hexDump(in, in.readerIndex(), bytes);
            seen.add("data " + streamId + " " + content + " " + flowBytes + end(endStream));
        }

        private static String hex(byte[] bytes, int from, int to) {
            return ByteBufUtil.hexDump(bytes, from, to - from);
        }

        private static String end(boolean endStream) {
            return endStream ? " end" : "";
        }

        @Override
        public void reset(int streamId, int errorCode) {
            seen.add("reset " + streamId + " " + errorCode);
        }

        @Override
        public void settings(byte[] payload, int from, int to) {
            seen.add("settings " + hex(payload, from, to));
        }

        @Override
        public void settingsAcknowledged() {
            seen.add("settings ack");
        }

        @Override
        public void ping(long payload) {
            seen.add("ping " + payload);
        }

        @Override
        public void pingAcknowledged(long payload) {
            seen.add("ping ack " + payload);
        }

        @Override
        public void goAway(int lastStreamId, int errorCode) {
            seen.add("goaway " + lastStreamId + " " + errorCode);
        }

        @Override
        public void windowUpdate(int streamId, int increment) {
            seen.add("window " + streamId + " " + increment);
        }

        @Override
        public void priorityUpdate(int streamId, byte[] value, int from, int to) {
            seen.add("priority " + streamId + " " + Ascii.text(value, from, to));
        }

        @Override
        public void streamError(int streamId, int errorCode) {
            seen.add("error " + streamId + " " + errorCode);
        }
    }

    private int read(String hex) {
        ByteBuf in = Unpooled.wrappedBuffer(bytes(hex));
        int error = reader.read(in, frames, 0);
        assertThat(in.isReadable()).isFalse();
        return error;
    }

    /** Reads after preface and empty SETTINGS, which are forgotten. */
    private int readAfterStart(String hex) {
        assertThat(read(PREFACE + SETTINGS)).isEqualTo(ErrorCode.NONE);
        frames.seen.clear();
        return read(hex);
    }

    @ParameterizedTest
    @CsvSource({
        // DATA: plain, empty, padded
        "000003000000000001616263, data 1 616263 3",
        "000000000100000001, data 1  0 end",
        "000006000900000001 02 616263 0000, data 1 616263 3;data 1  3 end",
        "000001000900000001 00, data 1  1 end",
        "000003000800000001 02 0000, data 1  3",
        // HEADERS: plain, padded, with priority, both, in three frames
        "000001010500000001 82, headers 1 82 end",
        "000004010c00000001 01 8286 00, headers 1 8286",
        "000006012400000001 00000000 10 82, headers 1 82",
        "000008012d00000003 01 80000001 10 82 00, headers 3 82 end",
        "000001010100000001 82 000001090000000001 86 000001090400000001 84, headers 1 828684 end",
        "000005010800000001 02 8286 0000 000001090400000001 84, headers 1 828684",
        "000000010400000001, 'headers 1 '",
        // the rest
        "000005020000000003 00000001 10, ''",
        "000004030000000001 00000008, reset 1 8",
        "000006040000000000 000100001000, settings 000100001000",
        "000000040100000000, settings ack",
        "000008060000000000 0000000000000102, ping 258",
        "000008060100000000 0000000000000102, ping ack 258",
        "00000b070000000000 80000005 00000002 616263, goaway 5 2",
        "000004080000000000 80000001, window 0 1",
        "000004080000000001 7fffffff, window 1 2147483647",
        "000007100000000000 00000005 753d31, priority 5 u=1",
        // unknown types, flags and the reserved bit are ignored
        "000003aaff80000001 616263 000001010500000001 82, headers 1 82 end",
        "000000aaff00000000, ''",
        "0000010105 80000001 82, headers 1 82 end"
    })
    void readsFramesHoweverTheyArrive(String hex, String expected) {
        List<String> wanted = expected.isEmpty() ? List.of() : List.of(expected.split(";"));
        assertThat(readAfterStart(hex)).isEqualTo(ErrorCode.NONE);
        assertThat(frames.seen).isEqualTo(wanted);

        reader = newReader();
        frames.seen.clear();
        for (byte b : bytes(PREFACE + SETTINGS + hex)) {
            assertThat(read(ByteBufUtil.hexDump(new byte[] {b}))).isEqualTo(ErrorCode.NONE);
        }
        frames.seen.removeFirst();
        if (!expected.startsWith("data")) {
            assertThat(frames.seen).isEqualTo(wanted);
        }
    }

    @ParameterizedTest
    @CsvSource({
        // too large
        "004001000000000001, 6",
        // DATA on no stream; padding as long as the rest, or without its length
        "000001000000000000 61, 1",
        "000003000800000001 03 6161, 1",
        "000000000800000001, 6",
        // HEADERS: no stream, no room for priority or pad length, too much padding, on itself
        "000001010400000000 82, 1",
        "000004012400000001 00000000, 6",
        "000000010c00000001, 6",
        "000002010c00000001 02 82, 1",
        "000006012400000001 00000001 10 82, 1",
        // CONTINUATION: alone, of another stream; something else between
        "000001090400000001 82, 1",
        "000001010000000001 82 000001090400000003 86, 1",
        "000001010000000001 82 000001000000000001 61, 1",
        "000001010000000001 82 000000040000000000, 1",
        "000001010000000001 82 000001010400000001 86, 1",
        // PRIORITY of nothing or itself
        "000005020000000000 00000001 10, 1",
        "000005020000000003 00000003 10, 1",
        // RST_STREAM
        "000004030000000000 00000008, 1",
        "000003030000000001 000000, 6",
        // SETTINGS
        "000000040000000001, 1",
        "000005040000000000 0001000010, 6",
        "000006040100000000 000100001000, 6",
        // PUSH_PROMISE
        "000005050400000001 00000002 82, 1",
        // PING
        "000008060000000001 0000000000000000, 1",
        "000007060000000000 00000000000000, 6",
        // GOAWAY
        "000008070000000001 00000000 00000000, 1",
        "000007070000000000 00000000 000000, 6",
        // WINDOW_UPDATE
        "000003080000000000 000001, 6",
        "000004080000000000 00000000, 1",
        // PRIORITY_UPDATE
        "000004100000000001 00000001, 1",
        "000003100000000000 000001, 6",
        "000004100000000000 00000000, 1"
    })
    void badFramesEndTheConnection(String hex, int errorCode) {
        assertThat(readAfterStart(hex)).isEqualTo(errorCode);
        assertThat(read(SETTINGS)).isEqualTo(ErrorCode.NONE);
        assertThat(frames.seen).isEmpty();
    }

    @Test
    void someErrorsAreOfTheirStreamOnly() {
        assertThat(readAfterStart("000004080000000003 00000000 000004020000000005 00000000"))
                .isEqualTo(ErrorCode.NONE);
        assertThat(frames.seen).containsExactly("error 3 1", "error 5 6");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "474554202f20485454502f312e310d0a",
                PREFACE + "000008060000000000 0000000000000000",
                PREFACE + "000000040100000000"
            })
    void aConnectionBeginsWithPrefaceAndSettings(String hex) {
        assertThat(read(hex)).isEqualTo(ErrorCode.PROTOCOL_ERROR);
    }

    @Test
    void aServerSendsNoPreface() {
        reader = FrameReader.ofServer(Http2Limits.DEFAULT, new FloodGuard(Http2Limits.DEFAULT, 0));
        assertThat(read(SETTINGS + "000001010500000001 88")).isEqualTo(ErrorCode.NONE);
        assertThat(frames.seen).containsExactly("settings ", "headers 1 88 end");
        assertThat(read("000007100000000000 00000005 753d31")).isEqualTo(ErrorCode.PROTOCOL_ERROR);
    }

    @Test
    void bodiesPassAsTheyArrive() {
        assertThat(readAfterStart("000006000100000001 6162")).isEqualTo(ErrorCode.NONE);
        assertThat(read("63")).isEqualTo(ErrorCode.NONE);
        assertThat(read("646566")).isEqualTo(ErrorCode.NONE);
        assertThat(frames.seen)
                .containsExactly("data 1 6162 2", "data 1 63 1", "data 1 646566 3 end");
    }

    @Test
    void aStoppedReaderDropsEverything() {
        readAfterStart("000008");
        reader.stop();
        assertThat(read("060000000000 0000000000000102")).isEqualTo(ErrorCode.NONE);
        assertThat(frames.seen).isEmpty();
    }

    @Test
    void aBlockIsBoundedInBytesAndFrames() {
        int most = Http2Limits.DEFAULT.continuationsMax();
        String first = "000001010100000001 82";
        String more = "000001090000000001 82";
        assertThat(readAfterStart(first + more.repeat(most))).isEqualTo(ErrorCode.NONE);
        assertThat(read(more)).isEqualTo(ErrorCode.ENHANCE_YOUR_CALM);

        reader = newReader();
        String full = "82".repeat(16_384);
        assertThat(readAfterStart("004000010100000001" + full)).isEqualTo(ErrorCode.NONE);
        assertThat(read(("004000090000000001" + full).repeat(3))).isEqualTo(ErrorCode.NONE);
        assertThat(read("000001090400000001 82")).isEqualTo(ErrorCode.ENHANCE_YOUR_CALM);
    }

    @ParameterizedTest
    @CsvSource({
        "000008060000000000 0000000000000000, 200",
        "000000040000000000, 31",
        "000000000000000001, 200",
        "000004080000000001 00000001, 2000",
        "000005020000000003 00000001 10, 2000",
        "000004030000000001 00000008, 2000",
        "000000aa0000000000, 2000"
    })
    void floodsEndTheConnection(String hex, int most) {
        assertThat(readAfterStart(hex.repeat(most))).isEqualTo(ErrorCode.NONE);
        assertThat(read(hex)).isEqualTo(ErrorCode.ENHANCE_YOUR_CALM);
    }

    @Test
    void livesWithAnyBytes() {
        for (int seed = 0; seed < 20_000; seed++) {
            var random = new Random(seed);
            reader = newReader();
            byte[] garbage = new byte[random.nextInt(300)];
            random.nextBytes(garbage);
            for (int i = 0; i + 9 < garbage.length && random.nextInt(4) > 0; i += 17) {
                // a plausible head here and there
                garbage[i] = 0;
                garbage[i + 1] = 0;
                garbage[i + 2] = (byte) random.nextInt(9);
                garbage[i + 3] = (byte) random.nextInt(11);
            }
            readAfterStart(ByteBufUtil.hexDump(garbage));
        }
    }
}
