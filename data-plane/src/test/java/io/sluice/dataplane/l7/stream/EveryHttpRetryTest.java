package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.l7.route.RetryPolicy;
import io.sluice.dataplane.l7.stream.Crossing.Sides;
import io.sluice.dataplane.l7.stream.WireStream.Head;

import java.util.BitSet;
import java.util.concurrent.atomic.AtomicInteger;

/** How often something is sent again; what may be: {@link EveryHttpFailureTest}. */
final class EveryHttpRetryTest {
    private static final int UNAVAILABLE = 14;

    private static RetryPolicy policy(int budgetPercent) {
        return new RetryPolicy(
                3, true, true, true, only(503), only(UNAVAILABLE), true, budgetPercent, 1_000_000);
    }

    private static BitSet only(int number) {
        BitSet bits = new BitSet();
        bits.set(number);
        return bits;
    }

    @OverEveryHttp
    void retriesNoMoreThanItsBudget(Sides sides) throws Exception {
        int requests = 40;
        AtomicInteger attempts = new AtomicInteger();
        try (Crossing crossing =
                new Crossing(
                        sides,
                        stream -> {
                            stream.nextHead();
                            attempts.incrementAndGet();
                            stream.reply(503, "busy");
                        })) {
            crossing.with(ProxyFixture.TIMEOUTS, policy(20));
            WireConnection client = crossing.connect();
            for (int i = 0; i < requests; i++) {
                WireStream stream = client.open();
                stream.get("/");
                assertThat(stream.response().status()).isEqualTo(503);
                assertThat(stream.text()).isEqualTo("busy");
            }
            // 10 to begin with, and a fifth of one for each request behind the first.
            assertThat(attempts).hasValue(requests + 10 + (requests - 1) / 5);
        }
    }

    @OverEveryHttp
    void triesGrpcStatusesAgain(Sides sides) throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        try (Crossing crossing =
                new Crossing(
                        sides,
                        stream -> {
                            assertThat(stream.nextHead().get(":method")).isEqualTo("POST");
                            assertThat(stream.text()).isEqualTo("ask");
                            boolean last = attempts.incrementAndGet() == 3;
                            stream.head(
                                    true,
                                    ":status",
                                    "200",
                                    "content-type",
                                    "application/grpc",
                                    "grpc-status",
                                    last ? "0" : String.valueOf(UNAVAILABLE));
                        })) {
            crossing.with(ProxyFixture.TIMEOUTS, policy(100));
            WireStream stream = crossing.open();
            stream.request("POST", "/shop.Cart/Add", false, "content-type", "application/grpc");
            stream.body("ask", true);
            Head head = stream.response();
            assertThat(head.get("grpc-status")).isEqualTo("0");
            assertThat(stream.text()).isEmpty();
            assertThat(attempts).hasValue(3);
            assertThat(crossing.record().attempts()).isEqualTo(3);
        }
    }
}
