package io.sluice.controlplane.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;

import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.sluice.proto.StateDigest;
import io.sluice.proto.discovery.v1.Ack;
import io.sluice.proto.discovery.v1.AnswerRequest;
import io.sluice.proto.discovery.v1.DiscoveryServiceGrpc;
import io.sluice.proto.discovery.v1.Entry;
import io.sluice.proto.discovery.v1.EntryKey;
import io.sluice.proto.discovery.v1.Hello;
import io.sluice.proto.discovery.v1.Nack;
import io.sluice.proto.discovery.v1.NackReason;
import io.sluice.proto.discovery.v1.NodeProblem;
import io.sluice.proto.discovery.v1.Offer;
import io.sluice.proto.discovery.v1.Phase;
import io.sluice.proto.discovery.v1.ReportRequest;
import io.sluice.proto.discovery.v1.ReportResponse;
import io.sluice.proto.discovery.v1.SyncRequest;
import io.sluice.proto.discovery.v1.SyncResponse;
import io.sluice.proto.discovery.v1.TicketKeys;
import io.sluice.proto.discovery.v1.Version;

import java.net.InetSocketAddress;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A node's end of the wire, driven step by step; keeps entries and checks digests for real. */
final class TestNode implements AutoCloseable {
    private static final int SECONDS_MAX = 60;

    final ManagedChannel channel;
    final String name;
    final String bootId;
    final Map<EntryKey, Entry> entries =
            new TreeMap<>(
                    java.util.Comparator.comparing(EntryKey::getKind)
                            .thenComparing(EntryKey::getName));
    final BlockingQueue<SyncResponse> inbox = new LinkedBlockingQueue<>();
    private final BlockingQueue<TicketKeys> ticketKeys = new LinkedBlockingQueue<>();
    final BlockingQueue<ReportResponse> reportInbox = new LinkedBlockingQueue<>();
    CompletableFuture<Status> ended = new CompletableFuture<>();
    CompletableFuture<Metadata> trailers = new CompletableFuture<>();
    CompletableFuture<Status> reportEnded = new CompletableFuture<>();
    private ClientCall<SyncRequest, SyncResponse> sync;
    private ClientCall<ReportRequest, ReportResponse> report;
    long bytesReceived;

    // The calls are opened by connect and openReport.
    @SuppressWarnings("NullAway.Init")
    TestNode(InetSocketAddress address, String name, String bootId) {
        this.channel =
                NettyChannelBuilder.forAddress(address)
                        .usePlaintext()
                        .flowControlWindow(NettyChannelBuilder.DEFAULT_FLOW_CONTROL_WINDOW / 16)
                        .build();
        this.name = name;
        this.bootId = bootId;
    }

    /** The ticket keys that came next; they are not among the other messages. */
    TicketKeys nextTicketKeys() throws InterruptedException {
        TicketKeys keys = ticketKeys.poll(SECONDS_MAX, TimeUnit.SECONDS);
        if (keys == null) {
            throw new AssertionError("no ticket keys came");
        }
        return keys;
    }

    /** Opens Sync; messages are asked for as they come. */
    TestNode connect(UnaryOperator<Hello.Builder> change) {
        return connect(change, Integer.MAX_VALUE);
    }

    TestNode connect() {
        return connect(hello -> hello);
    }

    /** Opens Sync and takes only so many messages until {@link #request}. */
    TestNode connect(UnaryOperator<Hello.Builder> change, int requested) {
        ended = new CompletableFuture<>();
        trailers = new CompletableFuture<>();
        inbox.clear();
        sync = channel.newCall(DiscoveryServiceGrpc.getSyncMethod(), io.grpc.CallOptions.DEFAULT);
        sync.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(SyncResponse message) {
                        bytesReceived += message.getSerializedSize();
                        if (message.hasTicketKeys()) {
                            ticketKeys.add(message.getTicketKeys());
                            sync.request(1);
                            return;
                        }
                        inbox.add(message);
                    }

                    @Override
                    public void onClose(Status status, Metadata metadata) {
                        trailers.complete(metadata);
                        ended.complete(status);
                    }
                },
                new Metadata());
        sync.request(requested);
        send(
                SyncRequest.newBuilder()
                        .setHello(
                                change.apply(
                                        Hello.newBuilder()
                                                .setNode(name)
                                                .setBootId(bootId)
                                                .setSoftwareVersion("test"))));
        return this;
    }

    /** Sends an answer of one part; how its stream ended. */
    Status answer(AnswerRequest.Builder part) {
        try {
            var response =
                    ClientCalls.blockingUnaryCall(
                            channel,
                            DiscoveryServiceGrpc.getAnswerMethod().toBuilder()
                                    .setType(MethodDescriptor.MethodType.UNARY)
                                    .build(),
                            io.grpc.CallOptions.DEFAULT,
                            part.build());
            assertThat(response).isNotNull();
            return Status.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus();
        }
    }

    void request(int messages) {
        sync.request(messages);
    }

    void send(SyncRequest.Builder message) {
        sync.sendMessage(message.build());
    }

    void disconnect() {
        sync.cancel("test", null);
    }

    SyncResponse next() throws InterruptedException {
        SyncResponse message = inbox.poll(SECONDS_MAX, TimeUnit.SECONDS);
        if (message == null) {
            throw new AssertionError(
                    "nothing came; stream: " + (ended.isDone() ? ended.join() : "open"));
        }
        return message;
    }

    Offer nextOffer() throws InterruptedException {
        SyncResponse message = next();
        assertThat(message.hasOffer()).as(message.toString()).isTrue();
        return message.getOffer();
    }

    TestNode welcomed() throws InterruptedException {
        assertThat(next().hasWelcome()).isTrue();
        return this;
    }

    Status status() throws Exception {
        return ended.get(SECONDS_MAX, TimeUnit.SECONDS);
    }

    /** Applies an offer, further chunks included, checks the digest, and says ACTIVE. */
    Offer activate(Offer offer) throws InterruptedException {
        apply(offer);
        if (offer.hasVersion()) {
            assertThat(digest()).isEqualTo(offer.getVersion().getDigest());
        }
        ack(offer, Phase.PHASE_ACTIVE);
        return offer;
    }

    void apply(Offer offer) throws InterruptedException {
        switch (offer.getBodyCase()) {
            case UP_TO_DATE -> {}
            case DELTA -> {
                assertThat(digest()).isEqualTo(offer.getDelta().getBase());
                offer.getDelta().getRemoveList().forEach(entries::remove);
                offer.getDelta().getUpsertList().forEach(this::put);
            }
            case SNAPSHOT -> {
                entries.clear();
                Offer part = offer;
                part.getSnapshot().getEntriesList().forEach(this::put);
                while (!part.getSnapshot().getLast()) {
                    part = nextOffer();
                    assertThat(part.getOfferId()).isEqualTo(offer.getOfferId());
                    part.getSnapshot().getEntriesList().forEach(this::put);
                }
            }
            case BODY_NOT_SET -> throw new AssertionError(offer);
        }
    }

    void ack(Offer offer, Phase phase, NodeProblem... problems) {
        send(
                SyncRequest.newBuilder()
                        .setAck(
                                Ack.newBuilder()
                                        .setOfferId(offer.getOfferId())
                                        .setVersion(offer.getVersion())
                                        .setPhase(phase)
                                        .addAllProblems(java.util.List.of(problems))));
    }

    void nack(Offer offer, NackReason reason, NodeProblem... problems) {
        send(
                SyncRequest.newBuilder()
                        .setNack(
                                Nack.newBuilder()
                                        .setOfferId(offer.getOfferId())
                                        .setVersion(offer.getVersion())
                                        .setReason(reason)
                                        .addAllProblems(java.util.List.of(problems))));
    }

    ByteString digest() {
        return ByteString.copyFrom(StateDigest.of(entries.values()));
    }

    Version versionAt(long epoch, long revision) {
        return Version.newBuilder()
                .setEpoch(epoch)
                .setRevision(revision)
                .setDigest(digest())
                .build();
    }

    void openReport() {
        report =
                channel.newCall(
                        DiscoveryServiceGrpc.getReportMethod(), io.grpc.CallOptions.DEFAULT);
        report.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(ReportResponse message) {
                        reportInbox.add(message);
                    }

                    @Override
                    public void onClose(Status status, Metadata metadata) {
                        reportEnded.complete(status);
                    }
                },
                new Metadata());
        report.request(Integer.MAX_VALUE);
    }

    ReportResponse report(ReportRequest.Builder request) throws InterruptedException {
        sendReport(request);
        ReportResponse response = reportInbox.poll(SECONDS_MAX, TimeUnit.SECONDS);
        if (response == null) {
            throw new AssertionError("no answer to the report");
        }
        return response;
    }

    void sendReport(ReportRequest.Builder request) {
        report.sendMessage(request.setNode(name).setBootId(bootId).build());
    }

    private void put(Entry entry) {
        assertThat(entry.getDigest().toByteArray()).isEqualTo(StateDigest.ofBody(entry));
        entries.put(
                EntryKey.newBuilder().setKind(entry.getKind()).setName(entry.getName()).build(),
                entry);
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
