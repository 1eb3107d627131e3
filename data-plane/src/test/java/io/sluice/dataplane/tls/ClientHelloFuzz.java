package io.sluice.dataplane.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.dataplane.tls.ClientHello.Outcome;

import java.util.List;

/**
 * What must hold of a ClientHello for any bytes a peer may send. Throws an {@link AssertionError}
 * where it does not; {@link ClientHelloCorpusTest} replays inputs, a fuzzer makes new ones.
 */
public final class ClientHelloFuzz {
    private static final int RECORD_HEADER_BYTES = 5;

    private ClientHelloFuzz() {}

    /** However it is cut, in segments or records, a hello is the same, and nothing is consumed. */
    public static void hello(byte[] input) {
        var reader = new ClientHello();
        ByteBuf whole = Unpooled.wrappedBuffer(input);
        Outcome outcome = reader.read(whole);
        require(whole.readerIndex() == 0, "nothing is consumed");
        require(
                outcome != Outcome.INCOMPLETE || input.length < ClientHello.BYTES_MAX,
                "nobody has to be heard for ever");
        String name = reader.serverName();
        List<String> protocols = reader.protocols();
        boolean encrypted = reader.encrypted();
        for (int end = 1; end < input.length; end += 1 + end / 16) {
            Outcome early = reader.read(Unpooled.wrappedBuffer(input, 0, end));
            require(
                    early == Outcome.INCOMPLETE || early == outcome,
                    "what is decided stays so: " + early + ", then " + outcome);
        }
        if (outcome != Outcome.COMPLETE || input.length < RECORD_HEADER_BYTES) {
            return;
        }
        int size = (input[3] & 0xff) << 8 | (input[4] & 0xff);
        if (input.length == RECORD_HEADER_BYTES + size) {
            Outcome again = reader.read(inRecords(input, 1 + size / 7));
            require(again == Outcome.COMPLETE, "records may be cut anywhere");
            require(reader.serverName().equals(name), "the name stays");
            require(reader.protocols().equals(protocols), "the protocols stay");
            require(reader.encrypted() == encrypted, "ECH stays");
        }
    }

    private static ByteBuf inRecords(byte[] record, int bytesMax) {
        ByteBuf out = Unpooled.buffer();
        for (int at = RECORD_HEADER_BYTES; at < record.length; at += bytesMax) {
            int size = Math.min(bytesMax, record.length - at);
            out.writeByte(22).writeShort(0x0301).writeShort(size).writeBytes(record, at, size);
        }
        return out;
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
