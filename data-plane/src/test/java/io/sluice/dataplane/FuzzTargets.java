package io.sluice.dataplane;

import io.netty.buffer.ByteBufUtil;
import io.sluice.dataplane.l7.codec.http2.CodecFuzz;
import io.sluice.dataplane.l7.stream.ResponseFuzz;
import io.sluice.dataplane.net.ProxyHeaderFuzz;
import io.sluice.dataplane.tls.ClientHelloFuzz;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** All that a fuzzer tries; each has a corpus of its name, which the unit tests replay. */
public final class FuzzTargets {
    private static final String PROXY_HEADER = "proxyHeader";
    private static final String CLIENT_HELLO = "clientHello";

    static final List<String> NAMES =
            Stream.of(CodecFuzz.TARGETS, ResponseFuzz.TARGETS, List.of(PROXY_HEADER, CLIENT_HELLO))
                    .flatMap(List::stream)
                    .toList();

    private FuzzTargets() {}

    /** What Jazzer calls; the property {@code sluice.fuzz} names the target. */
    public static void fuzzerTestOneInput(byte[] input) {
        Asked.TARGET.accept(input);
        String leak = Asked.LEAK.get();
        if (leak != null) {
            throw new AssertionError("an input before this one leaked " + leak);
        }
    }

    /** Looked up once. */
    private static final class Asked {
        static final AtomicReference<@Nullable String> LEAK = new AtomicReference<>();
        static final Consumer<byte[]> TARGET = target(System.getProperty("sluice.fuzz", ""));

        static {
            ByteBufUtil.setLeakListener((type, records) -> LEAK.set(type + records));
        }
    }

    private static Consumer<byte[]> target(String name) {
        return switch (name) {
            case PROXY_HEADER -> ProxyHeaderFuzz::header;
            case CLIENT_HELLO -> ClientHelloFuzz::hello;
            default ->
                    ResponseFuzz.TARGETS.contains(name)
                            ? responses().target(name)
                            : CodecFuzz.target(name);
        };
    }

    // Runs until the fuzzer ends the process.
    private static ResponseFuzz responses() {
        try {
            return new ResponseFuzz();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
