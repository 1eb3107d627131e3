package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.WeightedClusters;
import io.sluice.dataplane.cluster.endpoint.UpstreamProtocol;
import io.sluice.dataplane.l7.codec.http2.ErrorCode;
import io.sluice.dataplane.l7.filter.FilterChain;
import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.route.ExchangeTimeouts;
import io.sluice.dataplane.l7.route.ReplyField;
import io.sluice.dataplane.l7.route.RetryPolicy;
import io.sluice.dataplane.l7.route.Route;
import io.sluice.dataplane.l7.route.RouteAction;
import io.sluice.dataplane.net.Timer;
import io.sluice.dataplane.telemetry.AccessRecord;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** gRPC calls: their deadline, how they end, and what the node itself replies to them. */
final class GrpcCallTest {
    private static final String PATH = "/shop.Cart/Add";
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final Duration SHORT = Duration.ofMillis(20);

    private interface Script {
        void run(Http2Peer peer) throws IOException;
    }

    private static ScriptedUpstream upstream(Script script) throws IOException {
        return new ScriptedUpstream((peer, connection) -> script.run(new Http2Peer(peer)));
    }

    private final StoppedClock clock = new StoppedClock();

    private static ProxyFixture before(ScriptedUpstream upstream, long totalNanos) {
        return before(upstream, totalNanos, ProxyFixture.RETRY);
    }

    private static ProxyFixture before(
            ScriptedUpstream upstream, long totalNanos, RetryPolicy retry) {
        return before(upstream, new ProxyFixture(ProxyFixture.spec()), totalNanos, retry);
    }

    /** One whose time passes where the test says so. */
    private ProxyFixture beforeByClock(ScriptedUpstream upstream, Duration total) {
        ProxyFixture proxy = new ProxyFixture(ProxyFixture.spec(), clock);
        return before(upstream, proxy, total.toNanos(), ProxyFixture.RETRY);
    }

    private static ProxyFixture before(
            ScriptedUpstream upstream, ProxyFixture proxy, long totalNanos, RetryPolicy retry) {
        Cluster cluster =
                proxy.cluster("up", UpstreamProtocol.H2, ProxyFixture.addresses(upstream));
        proxy.use(
                new Route(
                        "shop",
                        "all",
                        new RouteAction.Forward(
                                WeightedClusters.only(cluster),
                                new ExchangeTimeouts(
                                        60 * SECOND_NANOS, 60 * SECOND_NANOS, totalNanos),
                                retry),
                        FilterChain.EMPTY));
        return proxy;
    }

    private static int call(Http2Client client, String... more) throws IOException {
        String[] fields = new String[4 + more.length];
        fields[0] = "content-type";
        fields[1] = "application/grpc+proto";
        fields[2] = "te";
        fields[3] = "trailers";
        System.arraycopy(more, 0, fields, 4, more.length);
        return client.post(PATH, fields);
    }

    private static <T> T await(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(60, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing came");
        }
        return next;
    }

    private static void assertGrpc(Http2Client.Response response, int status, String message) {
        assertThat(response.status).isEqualTo("200");
        assertThat(response.fields)
                .containsEntry("content-type", "application/grpc")
                .containsEntry("grpc-status", Integer.toString(status))
                .containsEntry("grpc-message", message);
        assertThat(response.text()).isEmpty();
        assertThat(response.reset).isLessThanOrEqualTo(ErrorCode.NO_ERROR);
    }

    @Test
    void hearsOfMissingRoutesInItsOwnTerms() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(ProxyFixture.spec());
                Http2Client client = new Http2Client(proxy.address())) {
            proxy.use(Route.NONE);
            int id = call(client);
            Http2Client.Response response = client.response(id);
            assertGrpc(response, 12, "404 Not Found");
            assertThat(response.fields).containsEntry("sluice-reason", "NO_ROUTE");
            AccessRecord record = proxy.record();
            assertThat(record.status()).isEqualTo(200);
            assertThat(record.grpcStatus()).isEqualTo(12);
            assertThat(record.reason()).isEqualTo("NO_ROUTE");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/grpc-web", "application/grpcx", "application/json"})
    void isNotWhatOnlyLooksLikeOne(String contentType) throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(ProxyFixture.spec());
                Http2Client client = new Http2Client(proxy.address())) {
            proxy.use(Route.NONE);
            int id = client.post(PATH, "content-type", contentType);
            assertThat(client.response(id).status).isEqualTo("404");
            assertThat(proxy.record().grpcStatus()).isEqualTo(-1);
        }
    }

    @Test
    void hearsOfUpstreamsThatAreNotThere() throws Exception {
        try (ScriptedUpstream upstream = upstream(peer -> {});
                ProxyFixture proxy = before(upstream, 0);
                Http2Client client = new Http2Client(proxy.address())) {
            upstream.stopListening();
            assertGrpc(client.response(call(client)), 14, "502 Bad Gateway");
            assertThat(proxy.record().reason()).isEqualTo("CONNECT_FAILED");
            proxy.forwardAll(proxy.cluster("none"), ProxyFixture.TIMEOUTS, FilterChain.EMPTY);
            assertGrpc(client.response(call(client)), 14, "503 Service Unavailable");
            assertThat(proxy.record().reason()).isEqualTo("NO_HEALTHY_ENDPOINT");
        }
    }

    @Test
    void hearsConfiguredErrorsWithTheirTextAsMessage() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(ProxyFixture.spec());
                Http2Client client = new Http2Client(proxy.address())) {
            byte[] body = "gr\u00fcn, 100%\nclosed\n".getBytes(StandardCharsets.UTF_8);
            ReplyField own = new ReplyField(HeaderName.of("x-own"), Ascii.bytes("1"));
            proxy.use(
                    new Route(
                            "shop",
                            "closed",
                            new RouteAction.Reply(403, body, List.of(own)),
                            FilterChain.EMPTY));
            Http2Client.Response response = client.response(call(client));
            assertGrpc(response, 7, "gr%C3%BCn, 100%25%0Aclosed");
            assertThat(response.fields).containsEntry("x-own", "1");
        }
    }

    @Test
    void endsAtItsDeadlineAndTheUpstreamHearsOfIt() throws Exception {
        BlockingQueue<Http2Peer.Frame> frames = new LinkedBlockingQueue<>();
        try (ScriptedUpstream upstream =
                        upstream(
                                peer -> {
                                    while (true) {
                                        frames.add(peer.next());
                                    }
                                });
                ProxyFixture proxy = beforeByClock(upstream, Duration.ofSeconds(30));
                Http2Client client = new Http2Client(proxy.address())) {
            int id = call(client, "grpc-timeout", "20m");
            client.data(id, "12345", true);
            assertThat(await(frames).type()).isEqualTo(Http2Peer.HEADERS);
            passMoreThan(proxy, SHORT);
            assertGrpc(client.response(id), 4, "504 Gateway Timeout");
            assertThat(proxy.record().reason()).isEqualTo("DEADLINE_EXCEEDED");
            Http2Peer.Frame frame = await(frames);
            while (frame.type() != Http2Peer.RST_STREAM) {
                frame = await(frames);
            }
            assertThat(frame.code()).isEqualTo(ErrorCode.CANCEL);
        }
    }

    @Test
    void endsWithTheRoutesTimeWhereThatIsShorter() throws Exception {
        BlockingQueue<Http2Peer.Frame> frames = new LinkedBlockingQueue<>();
        try (ScriptedUpstream upstream =
                        upstream(
                                peer -> {
                                    frames.add(peer.next());
                                    peer.next();
                                });
                ProxyFixture proxy = beforeByClock(upstream, SHORT);
                Http2Client client = new Http2Client(proxy.address())) {
            int id = call(client, "grpc-timeout", "1H");
            assertThat(toldNanos(await(frames))).isEqualTo(SHORT.toNanos());
            passMoreThan(proxy, SHORT);
            assertGrpc(client.response(id), 4, "504 Gateway Timeout");
            assertThat(proxy.record().reason()).isEqualTo("TOTAL_TIMEOUT");
        }
    }

    // Timers are coarse.
    private void passMoreThan(ProxyFixture proxy, Duration time) {
        proxy.pass(clock, time.plusNanos(2 * Timer.TICK_NANOS));
    }

    private static long toldNanos(Http2Peer.Frame head) {
        String value = head.text().split("grpc-timeout: ", -1)[1].split("\n", -1)[0];
        Fields fields = new Fields();
        fields.begin(new byte[64], 0);
        fields.add(HeaderName.of("grpc-timeout"), Ascii.bytes(value));
        return GrpcTimeout.of(fields);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5s", "123456789S", "soon"})
    void leavesADeadlineThatMakesNoSenseToTheUpstream(String timeout) throws Exception {
        try (ScriptedUpstream upstream =
                        upstream(
                                peer -> {
                                    Http2Peer.Frame head = peer.next();
                                    assertThat(head.text()).contains("grpc-timeout: " + timeout);
                                    trailersOnly(peer, head.id(), "13");
                                });
                ProxyFixture proxy = before(upstream, 0);
                Http2Client client = new Http2Client(proxy.address())) {
            int id = call(client, "grpc-timeout", timeout);
            assertThat(client.response(id).fields).containsEntry("grpc-status", "13");
        }
    }

    private static void trailersOnly(Http2Peer peer, int id, String status) throws IOException {
        peer.headers(
                id,
                true,
                ":status",
                "200",
                "content-type",
                "application/grpc",
                "grpc-status",
                status);
    }

    @Test
    void isTriedAgainByItsStatusWithTheTimeThatIsLeft() throws Exception {
        BlockingQueue<Http2Peer.Frame> heads = new LinkedBlockingQueue<>();
        AtomicInteger calls = new AtomicInteger();
        BitSet unavailable = new BitSet();
        unavailable.set(14);
        RetryPolicy retry =
                new RetryPolicy(
                        2, true, false, false, new BitSet(), unavailable, true, 100, 1_000_000);
        try (ScriptedUpstream upstream =
                        upstream(
                                peer -> {
                                    while (true) {
                                        Http2Peer.Frame frame = peer.next();
                                        if (frame.type() == Http2Peer.HEADERS) {
                                            heads.add(frame);
                                        }
                                        if (frame.ends()) {
                                            int call = calls.incrementAndGet();
                                            trailersOnly(peer, frame.id(), call == 1 ? "14" : "0");
                                        }
                                    }
                                });
                ProxyFixture proxy = before(upstream, 0, retry);
                Http2Client client = new Http2Client(proxy.address())) {
            int id = call(client, "grpc-timeout", "50S");
            client.data(id, "12345", true);
            assertThat(client.response(id).fields).containsEntry("grpc-status", "0");
            AccessRecord record = proxy.record();
            assertThat(record.attempts()).isEqualTo(2);
            assertThat(record.grpcStatus()).isZero();
            long first = toldNanos(await(heads));
            assertThat(first).isLessThanOrEqualTo(50 * SECOND_NANOS);
            assertThat(toldNanos(await(heads))).isLessThan(first);
        }
    }

    @Test
    void passesTrailersAndNotesTheStatusInThem() throws Exception {
        try (ScriptedUpstream upstream =
                        upstream(
                                peer -> {
                                    int id = peer.next().id();
                                    peer.headers(
                                            id,
                                            false,
                                            ":status",
                                            "200",
                                            "content-type",
                                            "application/grpc");
                                    peer.data(id, "abcde", false);
                                    peer.headers(
                                            id, true, "grpc-status", "5", "grpc-message", "no%20x");
                                    peer.next();
                                });
                ProxyFixture proxy = before(upstream, 0);
                Http2Client client = new Http2Client(proxy.address())) {
            int id = call(client);
            client.data(id, "12345", true);
            Http2Client.Response response = client.response(id);
            assertThat(response.text()).isEqualTo("abcde");
            assertThat(response.trailers)
                    .containsEntry("grpc-status", "5")
                    .containsEntry("grpc-message", "no%20x");
            assertThat(proxy.record().grpcStatus()).isEqualTo(5);
        }
    }

    @Test
    void isCancelledByItsClient() throws Exception {
        BlockingQueue<Http2Peer.Frame> frames = new LinkedBlockingQueue<>();
        try (ScriptedUpstream upstream =
                        upstream(
                                peer -> {
                                    while (true) {
                                        frames.add(peer.next());
                                    }
                                });
                ProxyFixture proxy = before(upstream, 0);
                Http2Client client = new Http2Client(proxy.address())) {
            int id = call(client);
            await(frames);
            client.reset(id, ErrorCode.CANCEL);
            Http2Peer.Frame frame = await(frames);
            assertThat(frame.type()).isEqualTo(Http2Peer.RST_STREAM);
            assertThat(frame.code()).isEqualTo(ErrorCode.CANCEL);
            assertThat(proxy.record().reason()).isEqualTo("DOWNSTREAM_CLOSED");
        }
    }

    /** gRPC over HTTP2, Errors. */
    @ParameterizedTest
    @CsvSource({
        ErrorCode.CANCEL + ", 1, UPSTREAM_CANCELLED",
        ErrorCode.ENHANCE_YOUR_CALM + ", 8, UPSTREAM_OVERLOADED",
    })
    void endsAsTheUpstreamEndsItsStream(int code, int status, String reason) throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (ScriptedUpstream upstream =
                        upstream(
                                peer -> {
                                    while (true) {
                                        Http2Peer.Frame frame = peer.next();
                                        if (frame.type() != Http2Peer.HEADERS) {
                                            continue;
                                        }
                                        if (calls.incrementAndGet() == 2) {
                                            peer.headers(frame.id(), false, ":status", "200");
                                        }
                                        peer.number(Http2Peer.RST_STREAM, frame.id(), code);
                                    }
                                });
                ProxyFixture proxy = before(upstream, 0);
                Http2Client client = new Http2Client(proxy.address())) {
            assertGrpc(client.response(call(client)), status, "502 Bad Gateway");
            assertThat(proxy.record().reason()).isEqualTo(reason);
            Http2Client.Response begun = client.response(call(client));
            assertThat(begun.status).isEqualTo("200");
            assertThat(begun.reset).isEqualTo(code);
            assertThat(proxy.record().reason()).isEqualTo(reason);
        }
    }
}
