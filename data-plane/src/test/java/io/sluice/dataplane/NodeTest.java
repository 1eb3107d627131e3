package io.sluice.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;

import io.sluice.dataplane.discovery.NamedServer;
import io.sluice.dataplane.discovery.ScriptedControlPlane;
import io.sluice.dataplane.discovery.TestEntries;
import io.sluice.dataplane.net.HeldPort;
import io.sluice.dataplane.net.TestTransport;
import io.sluice.proto.HostPort;
import io.sluice.proto.discovery.v1.Ack;
import io.sluice.proto.discovery.v1.DrainState;
import io.sluice.proto.discovery.v1.Entry;
import io.sluice.proto.discovery.v1.Hello;
import io.sluice.proto.discovery.v1.Nack;
import io.sluice.proto.discovery.v1.NackReason;
import io.sluice.proto.discovery.v1.OfferMode;
import io.sluice.proto.discovery.v1.Phase;
import io.sluice.proto.discovery.v1.ReportRequest;
import io.sluice.proto.discovery.v1.Version;
import io.sluice.proto.options.StartFailure;
import io.sluice.proto.resource.v1.ClusterConfig;
import io.sluice.proto.resource.v1.HealthCheck;
import io.sluice.proto.resource.v1.HttpProbe;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A whole node over real sockets, against a control plane that says what the test wants. */
class NodeTest {
    private static final Entry CLUSTER = TestEntries.cluster("db");

    /** Longer than a test waits for anything. */
    private static final long CHECK_SECONDS = 300;

    @TempDir Path dir;
    private ScriptedControlPlane controlPlane;
    private NamedServer one;
    private NamedServer two;
    private @Nullable Node node;

    @BeforeEach
    void startOthers() throws IOException {
        controlPlane = new ScriptedControlPlane(0);
        one = new NamedServer("one");
        two = new NamedServer("two");
    }

    @AfterEach
    void stopAll() throws Exception {
        if (node != null) {
            node.close();
        }
        controlPlane.close();
        one.close();
        two.close();
    }

    @Test
    void servesWhatIsOfferedAndFollowsADelta() throws Exception {
        start();
        Hello hello = controlPlane.hello();
        assertThat(hello.getNode()).isEqualTo("n1");
        assertThat(hello.hasActive()).isFalse();
        assertThat(ready()).isEqualTo(503);

        Entry[] first = state(one);
        Version version = controlPlane.offerFull(1, first);
        assertThat(controlPlane.active(1).getProblemsList()).isEmpty();
        assertThat(ask()).isEqualTo("one");
        assertThat(ready()).isEqualTo(200);

        Entry changed = TestEntries.endpoints("db", two.address());
        controlPlane.offerDelta(
                version.getDigest(),
                2,
                List.of(changed),
                List.of(),
                List.of(first[0], first[1], changed));
        controlPlane.active(2);
        assertThat(ask()).isEqualTo("two");
    }

    @Test
    void aWrongDeltaIsRefusedAndChangesNothing() throws Exception {
        start();
        controlPlane.hello();
        Version version = controlPlane.offerFull(1, state(one));
        controlPlane.active(1);
        controlPlane.offerDelta(version.getDigest(), 2, List.of(), List.of(), List.of(CLUSTER));
        assertThat(controlPlane.nack().getReason())
                .isEqualTo(NackReason.NACK_REASON_DIGEST_MISMATCH);
        controlPlane.offerDelta(
                ByteString.copyFromUtf8("another base"),
                2,
                List.of(CLUSTER),
                List.of(),
                List.of(CLUSTER));
        assertThat(controlPlane.nack().getReason())
                .isEqualTo(NackReason.NACK_REASON_DIGEST_MISMATCH);
        assertThat(ask()).isEqualTo("one");
        controlPlane.offerFull(2, state(two));
        controlPlane.active(2);
        assertThat(ask()).isEqualTo("two");
    }

    @Test
    void aNackNamesEveryProblemAndTheNodeServesOn() throws Exception {
        start();
        controlPlane.hello();
        controlPlane.offerFull(1, state(one));
        controlPlane.active(1);
        controlPlane.offerFull(
                2,
                TestEntries.listener("a", "127.0.0.1:0", "missing"),
                TestEntries.listener("b", "127.0.0.1:0", "gone"));
        Nack nack = controlPlane.nack();
        assertThat(nack.getReason()).isEqualTo(NackReason.NACK_REASON_INVALID);
        assertThat(nack.getProblemsList())
                .extracting(problem -> problem.getKind() + " " + problem.getName())
                .contains("listener a", "listener b");
        assertThat(ask()).isEqualTo("one");
    }

    @Test
    void whatItDoesNotKnowIsUnsupported() throws Exception {
        start();
        controlPlane.hello();
        controlPlane.offerFull(1, TestEntries.raw("teapot", "x", ByteString.EMPTY));
        assertUnsupported("UNKNOWN_KIND");
        // Field 1000, varint 1: from a newer schema.
        ByteString newer = ByteString.copyFrom(new byte[] {(byte) 0xc0, 0x3e, 1});
        controlPlane.offerFull(1, TestEntries.raw("cluster", "db", newer));
        assertUnsupported("UNKNOWN_FIELD");
        // The same inside of the message of field 3, healthCheck.
        ByteString nested = ByteString.copyFrom(new byte[] {0x1a, 3, (byte) 0xc0, 0x3e, 1});
        controlPlane.offerFull(1, TestEntries.raw("cluster", "db", nested));
        assertUnsupported("UNKNOWN_FIELD");
        assertThat(ready()).isEqualTo(503);
    }

    @Test
    void aLowerVersionIsStale() throws Exception {
        start();
        controlPlane.hello();
        controlPlane.offerFull(5, state(one));
        controlPlane.active(5);
        controlPlane.offerFull(4, state(two));
        assertThat(controlPlane.nack().getReason()).isEqualTo(NackReason.NACK_REASON_STALE);
        assertThat(ask()).isEqualTo("one");
    }

    @Test
    void validateOnlyChangesNothing() throws Exception {
        start();
        controlPlane.hello();
        controlPlane.offerFull(1, state(one));
        controlPlane.active(1);
        controlPlane.offerFull(OfferMode.OFFER_MODE_VALIDATE_ONLY, 2, state(two));
        assertThat(controlPlane.ack(2).getPhase()).isEqualTo(Phase.PHASE_RECEIVED);
        assertThat(controlPlane.ack(2).getPhase()).isEqualTo(Phase.PHASE_VALIDATED);
        controlPlane.offerFull(
                OfferMode.OFFER_MODE_VALIDATE_ONLY,
                3,
                TestEntries.listener("a", "127.0.0.1:0", "missing"));
        assertThat(controlPlane.nack().getReason()).isEqualTo(NackReason.NACK_REASON_INVALID);
        assertThat(ask()).isEqualTo("one");
    }

    @Test
    void nothingConfiguredIsReady() throws Exception {
        start();
        controlPlane.hello();
        controlPlane.offerNothing();
        controlPlane.ack(0);
        assertThat(ready()).isEqualTo(200);
    }

    @Test
    void comesBackAfterABrokenStreamAndSaysWhatItHas() throws Exception {
        start();
        Hello first = controlPlane.hello();
        Version version = controlPlane.offerFull(1, state(one));
        controlPlane.active(1);
        controlPlane.breakStream();
        Hello again = controlPlane.hello();
        assertThat(again.getActive()).isEqualTo(version);
        assertThat(again.getBootId()).isEqualTo(first.getBootId());
        assertThat(ask()).isEqualTo("one");
    }

    @Test
    void startsFromDiskWhileTheControlPlaneIsAway() throws Exception {
        start();
        controlPlane.hello();
        Version version = controlPlane.offerFull(1, state(one));
        controlPlane.active(1);
        stop();
        int port = controlPlane.address().port();
        controlPlane.close();
        start();
        eventually(() -> ready() == 200);
        assertThat(ask()).isEqualTo("one");
        controlPlane = new ScriptedControlPlane(port);
        assertThat(controlPlane.hello().getActive()).isEqualTo(version);
    }

    @Test
    void aPortInUseIsAProblemOfAnActiveVersionUntilItIsFree() throws Exception {
        start();
        controlPlane.hello();
        try (ServerSocket taken = new ServerSocket(0)) {
            controlPlane.offerFull(
                    1,
                    CLUSTER,
                    TestEntries.endpoints("db", one.address()),
                    TestEntries.listener("busy", "127.0.0.1:" + taken.getLocalPort(), "db"),
                    TestEntries.listener("tcp", "127.0.0.1:0", "db"));
            Ack active = controlPlane.active(1);
            assertThat(active.getProblemsList())
                    .singleElement()
                    .returns("listener", problem -> problem.getKind())
                    .returns("busy", problem -> problem.getName())
                    .returns("BIND_FAILED", problem -> problem.getCode());
            assertThat(ask()).isEqualTo("one");
            assertThat(ready()).isEqualTo(200);
        }
        Ack recovered = controlPlane.ack(1);
        assertThat(recovered.getPhase()).isEqualTo(Phase.PHASE_ACTIVE);
        assertThat(recovered.getProblemsList()).isEmpty();
        assertThat(recovered.getOfferId()).isEqualTo(1);
    }

    @Test
    void reportsWhatItCountedOncePerWindow() throws Exception {
        start();
        controlPlane.hello();
        controlPlane.offerFull(1, state(one));
        controlPlane.active(1);
        ask();
        ask();
        long accepted = 0;
        long last = 0;
        while (accepted < 2) {
            ReportRequest report = controlPlane.report(r -> true);
            assertThat(report.getSequence()).isEqualTo(last + 1);
            last = report.getSequence();
            accepted +=
                    report.getListenersList().stream()
                            .mapToLong(row -> row.getConnectionsAccepted())
                            .sum();
        }
        assertThat(accepted).isEqualTo(2);
    }

    @Test
    void anUnansweredWindowIsSentAgainUnderItsNumber() throws Exception {
        start();
        controlPlane.hello();
        controlPlane.answerReports(false);
        ReportRequest unanswered = controlPlane.report(r -> true);
        while (unanswered.getSequence() == 0) {
            unanswered = controlPlane.report(r -> true);
        }
        long before = unanswered.getSequence();
        controlPlane.breakStream();
        controlPlane.hello();
        ReportRequest again = controlPlane.report(r -> true);
        assertThat(again.getSequence()).isIn(before, before + 1);
        controlPlane.answerReports(true);
    }

    @Test
    void drainsOnCommandAndComesBack() throws Exception {
        start();
        controlPlane.hello();
        try (var held = new HeldPort()) {
            controlPlane.offerFull(
                    1,
                    TestEntries.listener("tcp", held.address(), "db"),
                    CLUSTER,
                    TestEntries.endpoints("db", one.address()));
            controlPlane.active(1);
            String address = listener();
            controlPlane.command(true);
            DrainState drained =
                    controlPlane.next(r -> r.hasDrain() && r.getDrain().getDrained()).getDrain();
            assertThat(drained.getRequestedHere()).isFalse();
            assertThat(ready()).isEqualTo(503);
            assertThatThrownBy(() -> NamedServer.ask(address)).isInstanceOf(ConnectException.class);
            controlPlane.command(false);
            controlPlane.next(r -> r.hasDrain() && !r.getDrain().getDraining());
            assertThat(ready()).isEqualTo(200);
            assertThat(ask()).isEqualTo("one");
        }
    }

    @Test
    void aDrainAtTheAdminDoorIsToldAlsoAfterTheControlPlaneWasAway() throws Exception {
        start();
        controlPlane.hello();
        controlPlane.offerFull(1, state(one));
        controlPlane.active(1);
        int port = controlPlane.address().port();
        controlPlane.close();
        assertThat(admin("POST", "/drain").statusCode()).isEqualTo(200);
        refuseOnce(port);
        controlPlane = new ScriptedControlPlane(port, true);
        DrainState told = controlPlane.hello().getDrain();
        assertThat(told.getDraining()).isTrue();
        assertThat(told.getRequestedHere()).isTrue();
        assertThat(ready()).isEqualTo(503);
        // A welcome does not say that the wish is stored: a control plane that dies now must hear
        // it again.
        controlPlane.breakStream();
        assertThat(controlPlane.hello().getDrain().getRequestedHere()).isTrue();
        controlPlane.command(true);
        controlPlane.next(r -> r.hasDrain() && !r.getDrain().getRequestedHere());
        controlPlane.breakStream();
        assertThat(controlPlane.hello().hasDrain()).isFalse();
        assertThat(ready()).isEqualTo(503);
    }

    @Test
    void theAdminDoorShowsConfigAndMetrics() throws Exception {
        start();
        controlPlane.hello();
        controlPlane.offerFull(1, state(one));
        controlPlane.active(1);
        ask();
        HttpResponse<String> config = admin("GET", "/config");
        assertThat(config.statusCode()).isEqualTo(200);
        assertThat(config.body()).contains("\"db\"", one.address(), "\"revision\"");
        HttpResponse<String> metrics = admin("GET", "/metrics");
        assertThat(metrics.body())
                .contains("sluice_config_revision 1\n")
                .contains("sluice_listener_connections_accepted_total{listener=\"tcp\"} 1\n")
                .contains("jvm_");
        assertThat(admin("POST", "/metrics").statusCode()).isEqualTo(405);
        assertThat(admin("GET", "/nothing").statusCode()).isEqualTo(404);
    }

    @Test
    void theSecondControlPlaneTakesOverWhereTheFirstIsLostOrNotThere() throws Exception {
        HostPort first = controlPlane.address();
        try (ScriptedControlPlane second = new ScriptedControlPlane(0)) {
            node = new Node(options(List.of(first, second.address())));
            node.start();
            controlPlane.hello();
            Version version = controlPlane.offerFull(1, state(one));
            controlPlane.active(1);
            controlPlane.close();
            assertThat(second.hello().getActive()).isEqualTo(version);
            second.breakStream();
            // The first one is not there and is passed over.
            assertThat(second.hello().getActive()).isEqualTo(version);
        }
    }

    @Test
    void aDiskThatTakesNothingKeepsNoNodeFromServing() throws Exception {
        // Folders where files should go: what a full or broken disk does to a write, for any user.
        for (String file : List.of("running", "running.tmp", "current.snapshot.tmp", "suspect")) {
            Files.createDirectories(dir.resolve("data").resolve(file).resolve("taken"));
        }
        start();
        controlPlane.hello();
        controlPlane.offerFull(1, state(one));
        assertThat(controlPlane.active(1).getProblemsList()).isEmpty();
        assertThat(ask()).isEqualTo("one");
        controlPlane.offerFull(2, state(two));
        controlPlane.active(2);
        assertThat(ask()).isEqualTo("two");
    }

    @Test
    void anUpstreamThatNeverAnswersChecksHoldsUpNoStart() throws Exception {
        try (ServerSocket silent = new ServerSocket(0)) {
            Entry checked =
                    TestEntries.entry(
                            "cluster",
                            "db",
                            ClusterConfig.newBuilder()
                                    .setHealthCheck(
                                            HealthCheck.newBuilder()
                                                    .setHttp(HttpProbe.getDefaultInstance())
                                                    .setTimeout(seconds(CHECK_SECONDS))
                                                    .setInterval(seconds(CHECK_SECONDS)))
                                    .build());
            Entry[] entries = {
                TestEntries.listener("tcp", "127.0.0.1:0", "db"),
                checked,
                TestEntries.endpoints("db", "127.0.0.1:" + silent.getLocalPort())
            };
            start();
            controlPlane.hello();
            controlPlane.offerFull(1, entries);
            // The check is still waiting by then.
            controlPlane.active(1);
        }
    }

    @Test
    void aSecondNodeInTheSameFolderDoesNotStart() {
        start();
        assertThatThrownBy(() -> new Node(options()))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("used by");
    }

    private static com.google.protobuf.Duration seconds(long seconds) {
        return com.google.protobuf.Duration.newBuilder().setSeconds(seconds).build();
    }

    private void start() {
        node = new Node(options());
        node.start();
    }

    private void stop() {
        if (node != null) {
            node.stop();
            node = null;
        }
    }

    private NodeOptions options() {
        return options(List.of(controlPlane.address()));
    }

    private NodeOptions options(List<HostPort> controlPlanes) {
        return new NodeOptions(
                controlPlanes,
                "n1",
                Map.of("zone", "a"),
                new HostPort("127.0.0.1", 0),
                dir.resolve("data"),
                2,
                TestTransport.get(),
                Duration.ZERO,
                Duration.ofSeconds(5),
                "off",
                1 << 20,
                1,
                null,
                1_000,
                dir.resolve("ready.json"));
    }

    private static Entry[] state(NamedServer upstream) {
        return new Entry[] {
            TestEntries.listener("tcp", "127.0.0.1:0", "db"),
            CLUSTER,
            TestEntries.endpoints("db", upstream.address())
        };
    }

    private void assertUnsupported(String code) throws InterruptedException {
        Nack nack = controlPlane.nack();
        assertThat(nack.getReason()).isEqualTo(NackReason.NACK_REASON_UNSUPPORTED);
        assertThat(nack.getProblemsList()).extracting(problem -> problem.getCode()).contains(code);
    }

    private String ask() throws IOException {
        return NamedServer.ask(listener());
    }

    private String listener() throws IOException {
        String json = Files.readString(dir.resolve("ready.json"), StandardCharsets.UTF_8);
        Matcher matcher = Pattern.compile("\"tcp\":\"([^\"]+)\"").matcher(json);
        assertThat(matcher.find()).as(json).isTrue();
        return matcher.group(1);
    }

    private int ready() throws IOException, InterruptedException {
        return admin("GET", "/readyz").statusCode();
    }

    private HttpResponse<String> admin(String method, String path)
            throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(
                                    URI.create(
                                            "http://"
                                                    + Objects.requireNonNull(node).adminAddress()
                                                    + path))
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    /**
     * Who was connecting already may have had its greeting ready; the next one has all there is.
     */
    private static void refuseOnce(int port) throws IOException {
        try (ServerSocket away = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            away.setSoTimeout(60_000);
            away.accept().close();
        }
    }

    private static void eventually(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
