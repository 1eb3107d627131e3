package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.Map;
import java.util.function.Function;

class TransportChoiceTest {
    @Test
    void takesWhatWasAskedForWhereItWorks() {
        for (Transport wanted :
                new Transport[] {Transport.EPOLL, Transport.IO_URING, Transport.NIO}) {
            assertThat(TransportChoice.of(wanted, TransportChoiceTest::nothingIsMissing))
                    .isEqualTo(new TransportChoice(wanted, "asked for", false));
        }
    }

    @Test
    void isEpollByDefaultAndNioElsewhere() {
        assertThat(TransportChoice.of(Transport.AUTO, TransportChoiceTest::nothingIsMissing))
                .isEqualTo(new TransportChoice(Transport.EPOLL, "automatic", false));
        assertThat(TransportChoice.of(Transport.AUTO, without(Transport.EPOLL, "no library")))
                .isEqualTo(
                        new TransportChoice(
                                Transport.NIO, "epoll does not work here: no library", false));
    }

    @Test
    void fallsBackToTheNextAndSaysWhy() {
        assertThat(TransportChoice.of(Transport.IO_URING, without(Transport.IO_URING, "disabled")))
                .isEqualTo(
                        new TransportChoice(
                                Transport.EPOLL, "io_uring does not work here: disabled", true));
        assertThat(
                        TransportChoice.of(
                                Transport.IO_URING,
                                without(Transport.IO_URING, "a", Transport.EPOLL, "b")))
                .isEqualTo(
                        new TransportChoice(
                                Transport.NIO,
                                "io_uring does not work here: a; epoll does not work here: b",
                                true));
    }

    @Test
    void saysTheFirstCauseInOneLine() {
        assertThat(TransportChoice.of(Transport.EPOLL, TransportChoiceTest::cause).why())
                .isEqualTo("epoll does not work here: no 'ring'");
    }

    private static @Nullable Throwable cause(Transport transport) {
        return transport == Transport.EPOLL
                ? new IllegalStateException("outer", new RuntimeException("no \"ring\""))
                : null;
    }

    private static @Nullable Throwable nothingIsMissing(Transport transport) {
        return null;
    }

    private static Function<Transport, @Nullable Throwable> without(Transport one, String why) {
        return transport -> transport == one ? new IllegalStateException(why) : null;
    }

    private static Function<Transport, @Nullable Throwable> without(
            Transport one, String why, Transport other, String otherWhy) {
        Map<Transport, String> missing = Map.of(one, why, other, otherWhy);
        return transport ->
                missing.containsKey(transport)
                        ? new IllegalStateException(missing.get(transport))
                        : null;
    }
}
