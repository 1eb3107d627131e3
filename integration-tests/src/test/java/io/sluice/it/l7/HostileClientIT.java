package io.sluice.it.l7;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.sluice.it.harness.Load;
import io.sluice.it.harness.RawClient;
import io.sluice.it.harness.ScriptedUpstream;
import io.sluice.it.harness.TestFleet;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What clients may try against a node as users run it: memory stays bounded, and other clients are
 * served meanwhile. Which bound ends which flood is tested beside the code.
 */
final class HostileClientIT {
    private static final int ATTACKERS = 20;
    private static final int ENHANCE_YOUR_CALM = 0xb;
    private static final int ANSWERS = 20;
    private static final byte[] PIECE = new byte[64 * 1024];

    /** Far below what the attacks would take together if what they send or ask for were kept. */
    private static final long GROWTH_BYTES_MAX = 300L * 1024 * 1024;

    private static TestFleet fleet;
    private static Load neighbours;
    private static long residentAtFirst;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        fleet = new TestFleet(directory, 1);
        fleet.apply(
                """
                kind: Listener
                name: web
                spec: { address: "127.0.0.1:0", http: {} }
                ---
                kind: Route
                name: shop
                spec:
                  listeners: [web]
                  rules:
                    - { name: large, match: { path: { prefix: /large } }, forward: { cluster: large } }
                    - { name: all, forward: { cluster: small } }
                ---
                kind: Cluster
                name: small
                spec: { endpoints: [ { address: "%s" } ] }
                ---
                kind: Cluster
                name: large
                spec: { endpoints: [ { address: "%s" } ] }
                """
                        .formatted(
                                fleet.upstream("shop").address(),
                                fleet.own(new ScriptedUpstream(HostileClientIT::endless))
                                        .address()));
        neighbours = new Load(List.of(listener()), "/", 2).awaitAnswers(500);
        residentAtFirst = residentBytes();
    }

    @AfterAll
    static void stop() throws IOException {
        neighbours.close();
        fleet.close();
    }

    private static void endless(Socket connection) throws IOException {
        if (connection.getInputStream().read(new byte[4096]) > 0) {
            OutputStream out = connection.getOutputStream();
            out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(ISO_8859_1));
            while (true) {
                out.write(PIECE);
            }
        }
    }

    private static InetSocketAddress listener() {
        return fleet.node(1).listener("web");
    }

    private static Http2Frames attacker() throws IOException {
        return new Http2Frames(new Socket(listener().getAddress(), listener().getPort()));
    }

    // What the kernel counts, everything included.
    private static long residentBytes() throws IOException {
        Path status = Path.of("/proc", Long.toString(fleet.node(1).program().pid()), "status");
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        throw new AssertionError("no VmRSS in " + status);
    }

    private static void assertUnimpressed() throws IOException {
        neighbours.awaitAnswers(ANSWERS);
        assertThat(neighbours.failures()).isEmpty();
        assertThat(residentBytes() - residentAtFirst).isLessThan(GROWTH_BYTES_MAX);
    }

    /** A flood that ends with its connection. */
    enum Flood {
        RAPID_RESET {
            @Override
            void run(Http2Frames client) throws IOException {
                for (int i = 0; i < 5_000; i++) {
                    int id = client.get("/large");
                    client.frame(Http2Frames.RST_STREAM, 0, id, Http2Frames.number(8));
                }
            }
        },
        RESETS_THAT_THE_NODE_IS_MADE_TO_SEND {
            @Override
            void run(Http2Frames client) throws IOException {
                for (int i = 0; i < 5_000; i++) {
                    int id = client.request(0, Http2Frames.getFields("/"));
                    client.frame(
                            Http2Frames.WINDOW_UPDATE,
                            0,
                            id,
                            Http2Frames.number(Integer.MAX_VALUE));
                }
            }
        },
        CONTINUATIONS {
            @Override
            void run(Http2Frames client) throws IOException {
                int id = client.nextId();
                client.frame(
                        Http2Frames.HEADERS, 0, id, Http2Frames.block(Http2Frames.getFields("/")));
                byte[] more = Http2Frames.block("x-filler", "y".repeat(100));
                client.flood(100_000, Http2Frames.CONTINUATION, 0, id, more);
            }
        },
        SETTINGS_FRAMES {
            @Override
            void run(Http2Frames client) throws IOException {
                client.flood(100_000, Http2Frames.SETTINGS, 0, 0);
            }
        },
        PINGS {
            @Override
            void run(Http2Frames client) throws IOException {
                client.flood(100_000, Http2Frames.PING, 0, 0, new byte[8]);
            }
        },
        EMPTY_FRAMES {
            @Override
            void run(Http2Frames client) throws IOException {
                int id = client.request(0, Http2Frames.getFields("/"));
                client.flood(100_000, Http2Frames.DATA, 0, id);
            }
        },
        WINDOW_UPDATES {
            @Override
            void run(Http2Frames client) throws IOException {
                client.flood(100_000, Http2Frames.WINDOW_UPDATE, 0, 0, Http2Frames.number(1));
            }
        },
        UNKNOWN_FRAMES {
            @Override
            void run(Http2Frames client) throws IOException {
                client.flood(100_000, 0x42, 0, 0, new byte[100]);
            }
        };

        abstract void run(Http2Frames client) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void floodsEndWithTheirConnections(Flood flood) throws Exception {
        for (int i = 0; i < ATTACKERS; i++) {
            try (Http2Frames client = attacker()) {
                try {
                    flood.run(client);
                } catch (SocketException cutOff) {
                    assertThat(cutOff).isNotNull();
                }
                // The reset that follows unread bytes may overtake the GOAWAY.
                assertThat(client.end()).isIn(ENHANCE_YOUR_CALM, Http2Frames.NO_GOAWAY);
            }
        }
        assertUnimpressed();
    }

    @Test
    void cookieCrumbsAndFieldsAreRefusedByNumberAndBySize() throws Exception {
        String[] crumbs = new String[2 * 300];
        String[] large = new String[2 * 1_000];
        for (int i = 0; i < large.length; i += 2) {
            if (i < crumbs.length) {
                crumbs[i] = "cookie";
                crumbs[i + 1] = "a=" + i;
            }
            large[i] = "x-" + i;
            large[i + 1] = "y".repeat(100);
        }
        for (int i = 0; i < ATTACKERS; i++) {
            try (Http2Frames client = attacker()) {
                int many =
                        client.request(Http2Frames.END_STREAM, Http2Frames.getFields("/", crumbs));
                client.next(many, Http2Frames.HEADERS);
                byte[] block = Http2Frames.block(Http2Frames.getFields("/", large));
                int id = client.nextId();
                client.frame(Http2Frames.HEADERS, Http2Frames.END_STREAM, id, part(block, 0));
                try {
                    for (int from = FRAME_BYTES; from < block.length; from += FRAME_BYTES) {
                        client.frame(Http2Frames.CONTINUATION, 0, id, part(block, from));
                    }
                } catch (SocketException cutOff) {
                    assertThat(cutOff).isNotNull();
                }
                assertThat(client.end()).isIn(ENHANCE_YOUR_CALM, Http2Frames.NO_GOAWAY);
            }
        }
        assertUnimpressed();
    }

    private static final int FRAME_BYTES = 16_384;

    private static byte[] part(byte[] block, int from) {
        return java.util.Arrays.copyOfRange(
                block, from, Math.min(block.length, from + FRAME_BYTES));
    }

    @Test
    void streamsThatTakeNothingAndSlowHeadsHoldLittle() throws Exception {
        List<AutoCloseable> open = new ArrayList<>();
        try {
            for (int i = 0; i < ATTACKERS; i++) {
                Http2Frames client = attacker();
                open.add(client);
                // Windows of nothing, for responses without end.
                client.frame(Http2Frames.SETTINGS, 0, 0, new byte[] {0, 4, 0, 0, 0, 0});
                int last = 0;
                for (int streams = 0; streams < 100; streams++) {
                    last = client.get("/large");
                }
                client.next(last, Http2Frames.HEADERS);
            }
            for (int i = 0; i < 200; i++) {
                RawClient slow = new RawClient(listener());
                open.add(slow);
                slow.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + "a".repeat(60_000));
            }
            assertUnimpressed();
        } finally {
            for (AutoCloseable each : open) {
                each.close();
            }
        }
    }
}
