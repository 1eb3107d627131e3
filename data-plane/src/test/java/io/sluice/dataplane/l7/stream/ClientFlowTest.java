package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.dataplane.l7.stream.Crossing.Sides;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.Transport;
import io.sluice.dataplane.telemetry.Flow;
import io.sluice.dataplane.telemetry.FlowPage;
import io.sluice.dataplane.telemetry.FlowQuery;
import io.sluice.dataplane.telemetry.FlowScan;
import io.sluice.dataplane.telemetry.LiveFlow;
import io.sluice.dataplane.telemetry.TcpPath;
import io.sluice.proto.HostPort;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** Connections of HTTP in the table of live ones. */
class ClientFlowTest {
    /** An upstream that answers /now, and for anything else first says so and waits. */
    private static final class Waiting {
        final CountDownLatch came = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);

        void serve(WireStream stream) throws IOException {
            WireStream.Head head = stream.nextHead();
            if (stream.asksForWebSocket(head)) {
                stream.takeWebSocket();
                stream.body(stream.read(4), false);
            }
            if (!head.get(":path").equals("/now")) {
                came.countDown();
                await(goOn);
            }
            if (!stream.asksForWebSocket(head)) {
                stream.reply(200, "done");
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static FlowPage page(Crossing crossing) {
        return page(crossing.proxy);
    }

    private static FlowPage page(ProxyFixture proxy) {
        var page = new AtomicReference<FlowPage>();
        proxy.onLoop(
                () -> {
                    FlowScan scan = new FlowScan(FlowQuery.all(10));
                    proxy.serving.visit(scan);
                    page.set(scan.page(proxy.loop.preciseNanos()));
                });
        return Objects.requireNonNull(page.get());
    }

    private static void each(Crossing crossing, Consumer<LiveFlow> action) {
        crossing.proxy.onLoop(
                () -> {
                    FlowScan scan = new FlowScan(FlowQuery.all(10));
                    crossing.proxy.serving.visit(scan);
                    scan.kept().forEach(action);
                });
    }

    private static String upstream(Crossing crossing) {
        return HostPort.of(crossing.upstream.address()).toString();
    }

    private static void assertKnowsBothPaths(Crossing crossing, Flow flow) {
        // The JDK's channels do not ask the kernel.
        boolean known = crossing.proxy.loops.transport() != Transport.NIO;
        assertThat(flow.clientPath().rttMicros() > 0).isEqualTo(known);
        assertThat(flow.upstreamPath().rttMicros() > 0).isEqualTo(known);
    }

    @OverEveryHttp
    void isWhereItsRequestIs(Sides sides) throws Exception {
        Waiting waiting = new Waiting();
        try (Crossing crossing = new Crossing(sides, waiting::serve)) {
            WireConnection client = crossing.connect();
            WireStream first = client.open();
            first.get("/now");
            assertThat(first.response().status()).isEqualTo(200);
            assertThat(first.text()).isEqualTo("done");
            assertThat(crossing.record().status()).isEqualTo(200);
            assertThat(page(crossing).flows())
                    .singleElement()
                    .satisfies(
                            idle -> {
                                assertThat(idle.upstream()).isEmpty();
                                assertThat(idle.cluster()).isEmpty();
                                assertThat(idle.upstreamPath()).isEqualTo(TcpPath.UNKNOWN);
                                assertThat(idle.requests()).isEqualTo(1);
                            });

            WireStream second = client.open();
            second.get("/later");
            await(waiting.came);
            FlowPage page = page(crossing);
            assertThat(page.open()).isEqualTo(1);
            Flow flow = page.flows().getFirst();
            assertThat(flow.protocol()).isEqualTo(sides.client().http2 ? "http2" : "http1");
            assertThat(flow.client()).isEqualTo("127.0.0.1:" + client.plain().getLocalPort());
            assertThat(flow.listener()).isEqualTo("web");
            assertThat(flow.rule()).isEqualTo("shop/all");
            assertThat(flow.cluster()).isEqualTo("up");
            assertThat(flow.upstream()).isEqualTo(upstream(crossing));
            assertThat(flow.requests()).isEqualTo(2);
            assertKnowsBothPaths(crossing, flow);
            assertThat(flow.bytesIn()).isPositive();
            assertThat(flow.bytesOut()).isGreaterThan("done".length());
            assertThat(flow.cutInMillis()).isZero();
            each(
                    crossing,
                    live -> {
                        assertThat(live.isAt("up", upstream(crossing))).isTrue();
                        assertThat(live.isAt("other", "")).isFalse();
                        assertThat(live.isAt("", "127.0.0.1:1")).isFalse();
                    });
            waiting.goOn.countDown();
            assertThat(second.response().status()).isEqualTo(200);
        }
    }

    @OverEveryHttp
    void endsWhenItIsKilled(Sides sides) throws Exception {
        Waiting waiting = new Waiting();
        try (Crossing crossing = new Crossing(sides, waiting::serve)) {
            WireStream stream = crossing.open();
            stream.get("/later");
            await(waiting.came);
            each(crossing, flow -> flow.cut(Failure.KILLED));
            assertThatThrownBy(stream::response).isInstanceOf(IOException.class);
            assertThat(crossing.record().reason()).isEqualTo("KILLED");
            waiting.goOn.countDown();
        }
    }

    @OverEveryHttp
    void losesOnlyWhatIsAtAnEndpointThatLeaves(Sides sides) throws Exception {
        Waiting waiting = new Waiting();
        try (Crossing crossing = new Crossing(sides, waiting::serve)) {
            WireStream stream = crossing.open();
            stream.get("/later");
            await(waiting.came);
            each(crossing, flow -> flow.leave("up", "127.0.0.1:1", Failure.DRAINING));
            each(crossing, flow -> flow.leave("up", upstream(crossing), Failure.DRAINING));
            WireStream.Head head = stream.response();
            assertThat(head.status()).isEqualTo(503);
            assertThat(head.get("sluice-reason")).isEqualTo("DRAINING");
            assertThat(crossing.record().reason()).isEqualTo("DRAINING");
            waiting.goOn.countDown();
        }
    }

    @OverEveryHttp
    void countsAWebSocketAndEndsIt(Sides sides) throws Exception {
        Waiting waiting = new Waiting();
        try (Crossing crossing = new Crossing(sides, waiting::serve)) {
            WireStream stream = crossing.open();
            stream.askForWebSocket("/later");
            assertThat(stream.tookWebSocket(stream.nextHead())).isTrue();
            long before = page(crossing).flows().getFirst().bytesIn();
            stream.body("ping", false);
            assertThat(stream.read(4)).isEqualTo("ping");
            await(waiting.came);
            Flow flow = page(crossing).flows().getFirst();
            assertThat(flow.protocol()).isEqualTo(sides.client().http2 ? "http2" : "websocket");
            assertThat(flow.upstream()).isEqualTo(upstream(crossing));
            assertThat(flow.bytesIn()).isGreaterThanOrEqualTo(before + 4);
            assertKnowsBothPaths(crossing, flow);
            each(crossing, live -> live.leave("", upstream(crossing), Failure.DRAINING));
            assertThatThrownBy(stream::awaitCut).isInstanceOf(IOException.class);
            assertThat(crossing.record().reason()).isEqualTo("DRAINING");
            waiting.goOn.countDown();
        }
    }

    @Test
    void hasTheBytesThatSaidItIsHttp2() throws Exception {
        String settings = "\0\0\0\4\0\0\0\0\0";
        String ping = "\0\0\10\6\0\0\0\0\0 answer!";
        String first = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings + ping;
        try (var proxy = new ProxyFixture(ProxyFixture.spec());
                RawClient client = proxy.client()) {
            client.write(first);
            String frame = "";
            while (!frame.endsWith(" answer!")) {
                String head = client.read(9);
                frame = client.read(head.charAt(1) << 8 | head.charAt(2));
            }
            assertThat(page(proxy).flows())
                    .singleElement()
                    .satisfies(
                            flow -> {
                                assertThat(flow.protocol()).isEqualTo("http2");
                                assertThat(flow.bytesIn()).isEqualTo(first.length());
                            });
        }
    }
}
