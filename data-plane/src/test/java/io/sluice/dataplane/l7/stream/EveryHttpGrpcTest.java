package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.l7.route.Route;
import io.sluice.dataplane.l7.stream.Crossing.Sides;
import io.sluice.dataplane.l7.stream.WireStream.Head;
import io.sluice.dataplane.net.Timer;
import io.sluice.dataplane.telemetry.AccessRecord;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** Calls of gRPC, whatever carries them; what HTTP/2 alone can show is in {@link GrpcCallTest}. */
final class EveryHttpGrpcTest {
    private static final Duration DEADLINE = Duration.ofMillis(20);

    private static void call(WireStream stream, String... more) throws IOException {
        String[] fields = new String[4 + more.length];
        fields[0] = "content-type";
        fields[1] = "application/grpc";
        fields[2] = "te";
        fields[3] = "trailers";
        System.arraycopy(more, 0, fields, 4, more.length);
        stream.request("POST", "/shop.Cart/Add", false, fields);
    }

    private static void responseHead(WireStream stream, boolean last, String... more)
            throws IOException {
        String[] fields = new String[4 + more.length];
        fields[0] = ":status";
        fields[1] = "200";
        fields[2] = "content-type";
        fields[3] = "application/grpc";
        System.arraycopy(more, 0, fields, 4, more.length);
        stream.head(last, fields);
    }

    @OverEveryHttp
    void streamsBothWaysAndEndsWithItsStatus(Sides sides) throws Exception {
        try (Crossing crossing =
                new Crossing(
                        sides,
                        stream -> {
                            assertThat(stream.nextHead().get("te")).isEqualTo("trailers");
                            responseHead(stream, false);
                            for (byte[] piece = stream.piece();
                                    piece != null;
                                    piece = stream.piece()) {
                                stream.body(piece, false);
                            }
                            stream.end("grpc-status", "5", "grpc-message", "no%20x");
                        })) {
            WireStream stream = crossing.open();
            call(stream);
            assertThat(stream.response().get("content-type")).isEqualTo("application/grpc");
            for (int i = 0; i < 3; i++) {
                // Each message waits for the one before to have come back.
                stream.body("ask " + i, false);
                assertThat(stream.read(5)).isEqualTo("ask " + i);
            }
            stream.end();
            assertThat(stream.text()).isEmpty();
            assertThat(stream.trailers())
                    .containsEntry("grpc-status", "5")
                    .containsEntry("grpc-message", "no%20x");
            AccessRecord record = crossing.record();
            // Between two sides of HTTP/1.1, which gRPC knows nothing of, chunks pass as they
            // stand.
            boolean read = sides.client().http2 || sides.upstream().http2;
            assertThat(record.grpcStatus()).isEqualTo(read ? 5 : -1);
            assertThat(record.reason()).isEmpty();
        }
    }

    @OverEveryHttp
    void passesAStatusWithoutAnyMessage(Sides sides) throws Exception {
        try (Crossing crossing =
                new Crossing(
                        sides,
                        stream -> {
                            stream.nextHead();
                            stream.text();
                            responseHead(stream, true, "grpc-status", "7");
                        })) {
            WireStream stream = crossing.open();
            call(stream);
            stream.body("ask", true);
            assertThat(stream.response().get("grpc-status")).isEqualTo("7");
            assertThat(stream.text()).isEmpty();
            assertThat(crossing.record().grpcStatus()).isEqualTo(7);
        }
    }

    @OverEveryHttp
    void hearsInItsOwnTermsWhatTheNodeReplies(Sides sides) throws Exception {
        // To HTTP/1.1 the node replies before it has the body, and reads on for two seconds.
        StoppedClock clock = new StoppedClock();
        try (Crossing crossing = new Crossing(sides, clock, stream -> stream.nextHead())) {
            crossing.proxy.use(Route.NONE);
            WireStream stream = crossing.open();
            call(stream);
            stream.body("ask", true);
            Head head = stream.response();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.fields())
                    .containsEntry("content-type", "application/grpc")
                    .containsEntry("grpc-status", "12")
                    .containsEntry("sluice-reason", "NO_ROUTE");
            assertThat(stream.text()).isEmpty();
            assertThat(crossing.record().grpcStatus()).isEqualTo(12);
        }
    }

    @OverEveryHttp
    void endsAtItsDeadlineAndTheUpstreamHearsOfIt(Sides sides) throws Exception {
        StoppedClock clock = new StoppedClock();
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        try (Crossing crossing =
                new Crossing(
                        sides,
                        clock,
                        stream -> {
                            stream.nextHead();
                            stream.text();
                            asked.countDown();
                            try {
                                stream.awaitCut();
                            } finally {
                                told.countDown();
                            }
                        })) {
            WireStream stream = crossing.open();
            call(stream, "grpc-timeout", "20m");
            stream.body("ask", true);
            HttpStreamTest.await(asked);
            // Timers are coarse.
            crossing.proxy.pass(clock, DEADLINE.plusNanos(2 * Timer.TICK_NANOS));
            assertThat(stream.response().get("grpc-status")).isEqualTo("4");
            assertThat(crossing.record().reason()).isEqualTo("DEADLINE_EXCEEDED");
            HttpStreamTest.await(told);
        }
    }
}
