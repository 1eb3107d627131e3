package io.sluice.dataplane.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.sluice.proto.HostPort;
import io.sluice.proto.discovery.v1.Ack;
import io.sluice.proto.discovery.v1.Delta;
import io.sluice.proto.discovery.v1.DiscoveryServiceGrpc;
import io.sluice.proto.discovery.v1.DrainCommand;
import io.sluice.proto.discovery.v1.Entry;
import io.sluice.proto.discovery.v1.EntryKey;
import io.sluice.proto.discovery.v1.Hello;
import io.sluice.proto.discovery.v1.Nack;
import io.sluice.proto.discovery.v1.Offer;
import io.sluice.proto.discovery.v1.OfferMode;
import io.sluice.proto.discovery.v1.Phase;
import io.sluice.proto.discovery.v1.ReportRequest;
import io.sluice.proto.discovery.v1.ReportResponse;
import io.sluice.proto.discovery.v1.SnapshotChunk;
import io.sluice.proto.discovery.v1.SyncRequest;
import io.sluice.proto.discovery.v1.SyncResponse;
import io.sluice.proto.discovery.v1.UpToDate;
import io.sluice.proto.discovery.v1.Version;
import io.sluice.proto.discovery.v1.Welcome;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A control plane that says what a test wants, and keeps what the node said. */
public final class ScriptedControlPlane implements AutoCloseable {
    private static final long WAIT_SECONDS = 60;

    private final BlockingQueue<SyncRequest> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<ReportRequest> reports = new LinkedBlockingQueue<>();
    private final BlockingQueue<StreamObserver<SyncResponse>> streams = new LinkedBlockingQueue<>();
    private final Server server;
    private final HostPort address;
    private final boolean draining;
    private volatile boolean answersReports = true;

    @SuppressWarnings("NullAway.Init") // set by hello(), which comes before all that speaks
    private volatile StreamObserver<SyncResponse> stream;

    private long offers;

    /** Listens on a port of loopback, 0 for any. */
    public ScriptedControlPlane(int port) throws IOException {
        this(port, false);
    }

    /**
     * @param draining the wish with which every node is welcomed
     */
    public ScriptedControlPlane(int port, boolean draining) throws IOException {
        this.draining = draining;
        server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                        .addService(new Service())
                        .build()
                        .start();
        address = new HostPort("127.0.0.1", server.getPort());
    }

    public HostPort address() {
        return address;
    }

    /** Whether windows are acknowledged. */
    public void answerReports(boolean answer) {
        answersReports = answer;
    }

    /** The greeting of the next node, which was welcomed. */
    public Hello hello() throws InterruptedException {
        Hello hello = next(SyncRequest::hasHello).getHello();
        stream = streams.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        assertThat(stream).isNotNull();
        return hello;
    }

    /** Offers a full snapshot in chunks of one entry. */
    public Version offerFull(long revision, Entry... entries) {
        return offerFull(OfferMode.OFFER_MODE_APPLY, revision, entries);
    }

    /** Offers a full snapshot in a mode. */
    public Version offerFull(OfferMode mode, long revision, Entry... entries) {
        Version version = TestEntries.version(1, revision, List.of(entries));
        offers++;
        for (Entry entry : entries) {
            send(offer(mode, version).setSnapshot(SnapshotChunk.newBuilder().addEntries(entry)));
        }
        send(offer(mode, version).setSnapshot(SnapshotChunk.newBuilder().setLast(true)));
        return version;
    }

    /** Offers a delta from a digest; the version is that of the resulting entries. */
    public Version offerDelta(
            ByteString base,
            long revision,
            List<Entry> upserts,
            List<EntryKey> removals,
            List<Entry> result) {
        Version version = TestEntries.version(1, revision, result);
        offers++;
        send(
                offer(OfferMode.OFFER_MODE_APPLY, version)
                        .setDelta(
                                Delta.newBuilder()
                                        .setBase(base)
                                        .addAllUpsert(upserts)
                                        .addAllRemove(removals)));
        return version;
    }

    /** Says that there is nothing for the node. */
    public void offerNothing() {
        offers++;
        send(
                Offer.newBuilder()
                        .setOfferId(offers)
                        .setMode(OfferMode.OFFER_MODE_APPLY)
                        .setUpToDate(UpToDate.getDefaultInstance()));
    }

    public void command(boolean drain) {
        stream.onNext(
                SyncResponse.newBuilder()
                        .setDrain(DrainCommand.newBuilder().setDraining(drain))
                        .build());
    }

    /** Breaks the stream. */
    public void breakStream() {
        stream.onError(Status.UNAVAILABLE.asRuntimeException());
    }

    /** The ACTIVE of a revision, with the phases before it in order. */
    public Ack active(long revision) throws InterruptedException {
        for (Phase phase :
                List.of(Phase.PHASE_RECEIVED, Phase.PHASE_VALIDATED, Phase.PHASE_WARMED)) {
            assertThat(ack(revision).getPhase()).isEqualTo(phase);
        }
        Ack active = ack(revision);
        assertThat(active.getPhase()).isEqualTo(Phase.PHASE_ACTIVE);
        return active;
    }

    /** The next acknowledgement, which must be of this revision. */
    public Ack ack(long revision) throws InterruptedException {
        SyncRequest request = next(r -> r.hasAck() || r.hasNack());
        assertThat(request.hasAck()).as("%s", request).isTrue();
        assertThat(request.getAck().getVersion().getRevision()).isEqualTo(revision);
        return request.getAck();
    }

    /** The next NACK; RECEIVED may come before it. */
    public Nack nack() throws InterruptedException {
        SyncRequest request =
                next(
                        r ->
                                r.hasNack()
                                        || (r.hasAck()
                                                && r.getAck().getPhase() != Phase.PHASE_RECEIVED));
        assertThat(request.hasNack()).as("%s", request).isTrue();
        return request.getNack();
    }

    /** The next message that is of this sort; others are skipped. */
    public SyncRequest next(Predicate<SyncRequest> wanted) throws InterruptedException {
        while (true) {
            SyncRequest request = received.poll(WAIT_SECONDS, TimeUnit.SECONDS);
            assertThat(request).as("what the node says").isNotNull();
            if (wanted.test(request)) {
                return request;
            }
        }
    }

    /** The next report that is of this sort; others are skipped. */
    public ReportRequest report(Predicate<ReportRequest> wanted) throws InterruptedException {
        while (true) {
            ReportRequest report = reports.poll(WAIT_SECONDS, TimeUnit.SECONDS);
            assertThat(report).as("a report").isNotNull();
            if (wanted.test(report)) {
                return report;
            }
        }
    }

    @Override
    public void close() {
        server.shutdownNow();
        try {
            assertThat(server.awaitTermination(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Offer.Builder offer(OfferMode mode, Version version) {
        return Offer.newBuilder().setOfferId(offers).setMode(mode).setVersion(version);
    }

    private void send(Offer.Builder offer) {
        stream.onNext(SyncResponse.newBuilder().setOffer(offer).build());
    }

    private final class Service extends DiscoveryServiceGrpc.DiscoveryServiceImplBase {
        @Override
        public StreamObserver<SyncRequest> sync(StreamObserver<SyncResponse> responses) {
            return new Receiver<>() {
                @Override
                public void onNext(SyncRequest request) {
                    if (request.hasHello()) {
                        responses.onNext(
                                SyncResponse.newBuilder()
                                        .setWelcome(
                                                Welcome.newBuilder()
                                                        .setDraining(draining)
                                                        .setReportInterval(
                                                                Duration.newBuilder()
                                                                        .setNanos(200_000_000)))
                                        .build());
                        streams.add(responses);
                    }
                    received.add(request);
                }
            };
        }

        @Override
        public StreamObserver<ReportRequest> report(StreamObserver<ReportResponse> responses) {
            return new Receiver<>() {
                @Override
                public void onNext(ReportRequest request) {
                    reports.add(request);
                    if (answersReports) {
                        responses.onNext(
                                ReportResponse.newBuilder()
                                        .setSequence(request.getSequence())
                                        .build());
                    }
                }
            };
        }
    }

    private abstract static class Receiver<T> implements StreamObserver<T> {
        @Override
        public void onError(Throwable failure) {
            // The node went away; tests look at what it said.
        }

        @Override
        public void onCompleted() {
            // As above.
        }
    }
}
