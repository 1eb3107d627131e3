package io.sluice.dataplane;

import io.sluice.dataplane.l7.codec.http2.CodecFuzz;
import io.sluice.dataplane.net.ProxyHeaderFuzz;
import io.sluice.dataplane.tls.ClientHelloFuzz;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** All that a fuzzer tries; each has a corpus of its name, which the unit tests replay. */
public final class FuzzTargets {
    private static final String PROXY_HEADER = "proxyHeader";
    private static final String CLIENT_HELLO = "clientHello";

    static final List<String> NAMES =
            Stream.concat(CodecFuzz.TARGETS.stream(), Stream.of(PROXY_HEADER, CLIENT_HELLO))
                    .toList();

    private FuzzTargets() {}

    /** What Jazzer calls; the property {@code sluice.fuzz} names the target. */
    public static void fuzzerTestOneInput(byte[] input) {
        Asked.TARGET.accept(input);
    }

    /** Looked up once. */
    private static final class Asked {
        static final Consumer<byte[]> TARGET = target(System.getProperty("sluice.fuzz", ""));
    }

    private static Consumer<byte[]> target(String name) {
        return switch (name) {
            case PROXY_HEADER -> ProxyHeaderFuzz::header;
            case CLIENT_HELLO -> ClientHelloFuzz::hello;
            default -> CodecFuzz.target(name);
        };
    }
}
