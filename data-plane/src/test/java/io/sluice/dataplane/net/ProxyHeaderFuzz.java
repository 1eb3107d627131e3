package io.sluice.dataplane.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.dataplane.net.ProxyHeaderReader.Outcome;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * What must hold of a PROXY header for any bytes a peer may send. Throws an {@link AssertionError}
 * where it does not; {@link ProxyHeaderCorpusTest} replays inputs, a fuzzer makes new ones.
 */
public final class ProxyHeaderFuzz {
    private static final InetSocketAddress LOCAL = new InetSocketAddress("10.0.0.1", 443);

    private ProxyHeaderFuzz() {}

    /**
     * However it is cut, a header is the same, bounded, leaves what follows it alone, and what is
     * told on of it reads the same at the next hop.
     */
    public static void header(byte[] input) {
        var whole = new ProxyHeaderReader();
        ByteBuf bytes = Unpooled.wrappedBuffer(input);
        Outcome outcome = whole.read(bytes);
        int taken = bytes.readerIndex();
        require(outcome == Outcome.COMPLETE || taken == 0, "only a whole header is taken");
        require(
                outcome != Outcome.INCOMPLETE || input.length < ProxyHeaderReader.LENGTH_MAX + 16,
                "nobody has to be heard for ever");
        for (int end = 1; end < input.length; end++) {
            var cut = new ProxyHeaderReader();
            Outcome early = cut.read(Unpooled.wrappedBuffer(input, 0, end));
            require(
                    early
                            == (outcome == Outcome.COMPLETE && end < taken
                                    ? Outcome.INCOMPLETE
                                    : early),
                    "a header is complete with its last byte");
            require(
                    early == Outcome.INCOMPLETE || early == outcome,
                    "what is decided stays so: " + early + ", then " + outcome);
        }
        InetSocketAddress source = whole.header().source();
        if (outcome == Outcome.COMPLETE && source != null) {
            toldOn(source, whole.header());
        }
    }

    private static void toldOn(InetSocketAddress source, ProxyHeader header) {
        var arrival = new Arrival(source, false, "", "", List.of(), false, header.tlvs());
        var party = new ProxyHeaderWriter.Party(source, LOCAL, arrival, 1);
        var next = new ProxyHeaderReader();
        ByteBuf sent = Unpooled.buffer();
        ProxyHeaderWriter.version2(sent, party);
        // What came fits, and so does the little that is added, but for those at the very bound.
        boolean fits = sent.readableBytes() <= ProxyHeaderReader.LENGTH_MAX;
        Outcome outcome = next.read(sent);
        require(!fits || outcome == Outcome.COMPLETE, "what is sent can be read");
        if (outcome == Outcome.COMPLETE) {
            require(source.equals(next.header().source()), "the client stays who it is");
            require(!sent.isReadable(), "one header is one header");
        }
        ByteBuf line = Unpooled.buffer();
        ProxyHeaderWriter.version1(line, party);
        require(next.read(line) == Outcome.COMPLETE, "version 1 can be read");
        require(
                Arrays.equals(
                        source.getAddress().getAddress(),
                        Objects.requireNonNull(next.header().source()).getAddress().getAddress()),
                "the client stays who it is");
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
