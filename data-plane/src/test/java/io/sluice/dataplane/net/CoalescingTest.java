package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CoalescingTest {
    private static final Coalescing NEVER_DUE = new Coalescing(3_600_000_000_000L, 30);

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void passesOnWhatIsEnough(Transport transport) throws Exception {
        try (var sockets = new RelayFixture(transport)) {
            sockets.start(NEVER_DUE);
            send(sockets, "0123456789");
            send(sockets, "abcdefghij");
            // On the loopback what was sent is there.
            assertThat(sockets.upstream.getInputStream().available()).isZero();
            send(sockets, "ABCDEFGHIJ");
            assertThat(receive(sockets, 30)).isEqualTo("0123456789abcdefghijABCDEFGHIJ");
            send(sockets, "x".repeat(5_000));
            assertThat(receive(sockets, 5_000)).isEqualTo("x".repeat(5_000));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void passesOnWhatWaitedForLongEnough(Transport transport) throws Exception {
        try (var sockets = new RelayFixture(transport)) {
            sockets.start(new Coalescing(1_000_000, 30));
            for (int i = 0; i < 3; i++) {
                send(sockets, "hello");
                assertThat(receive(sockets, 5)).isEqualTo("hello");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void passesOnEverythingBeforeTheEnd(Transport transport) throws Exception {
        try (var sockets = new RelayFixture(transport)) {
            sockets.start(NEVER_DUE);
            send(sockets, "hello");
            sockets.client.shutdownOutput();
            assertThat(sockets.upstream.getInputStream().readAllBytes())
                    .asString(US_ASCII)
                    .isEqualTo("hello");
            sockets.upstream.shutdownOutput();
            assertThat(sockets.end().failure()).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING", "NIO"})
    void holdsNothingBackTowardsTheClient(Transport transport) throws Exception {
        try (var sockets = new RelayFixture(transport)) {
            sockets.start(NEVER_DUE);
            sockets.upstream.getOutputStream().write('y');
            assertThat(sockets.client.getInputStream().read()).isEqualTo('y');
        }
    }

    /** And waits until the relay has read it. */
    private static void send(RelayFixture sockets, String text) throws Exception {
        long before = sockets.onLoop(() -> sockets.sentUpstream);
        sockets.client.getOutputStream().write(text.getBytes(US_ASCII));
        sockets.until(() -> sockets.sentUpstream == before + text.length());
    }

    private static String receive(RelayFixture sockets, int bytes) throws Exception {
        return new String(sockets.upstream.getInputStream().readNBytes(bytes), US_ASCII);
    }
}
