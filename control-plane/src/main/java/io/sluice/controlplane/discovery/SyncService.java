package io.sluice.controlplane.discovery;

import com.google.protobuf.Duration;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.sluice.controlplane.rollout.NodeHello;
import io.sluice.controlplane.rollout.RolloutEvent;
import io.sluice.controlplane.rollout.RolloutLoop;
import io.sluice.proto.SoftwareVersion;
import io.sluice.proto.discovery.v1.Hello;
import io.sluice.proto.discovery.v1.SyncRequest;
import io.sluice.proto.discovery.v1.SyncResponse;
import io.sluice.proto.discovery.v1.Welcome;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Opens Sync streams and gives them what they share. Any thread. */
final class SyncService implements ServerCallHandler<SyncRequest, SyncFrame> {
    /** Milliseconds after which a refused node may try again; with RESOURCE_EXHAUSTED. */
    static final Metadata.Key<String> RETRY_AFTER_MILLIS =
            Metadata.Key.of("sluice-retry-after-ms", Metadata.ASCII_STRING_MARSHALLER);

    private static final long HELLO_NANOS_MAX = TimeUnit.SECONDS.toNanos(10);

    private final DiscoveryOptions options;
    private final RolloutLoop rollout;
    private final Admission admission;
    private final NameCache names;
    private final DiscoveryMetrics metrics;
    private final LongSupplier nanoTime;
    private final TicketKeyRing ticketKeys;
    private final Set<NodeStream> streams = ConcurrentHashMap.newKeySet();

    SyncService(
            DiscoveryOptions options,
            RolloutLoop rollout,
            NameCache names,
            DiscoveryMetrics metrics,
            LongSupplier nanoTime) {
        this.options = options;
        this.rollout = rollout;
        this.names = names;
        this.metrics = metrics;
        this.nanoTime = nanoTime;
        this.ticketKeys = new TicketKeyRing(nanoTime);
        this.admission =
                new Admission(options.admissionsPerSecond(), options.admissionsBurst(), nanoTime);
    }

    @Override
    public ServerCall.Listener<SyncRequest> startCall(
            ServerCall<SyncRequest, SyncFrame> call, Metadata headers) {
        NodeStream stream = new NodeStream(call, this);
        streams.add(stream);
        metrics.syncOpened();
        stream.open();
        return stream;
    }

    /** Cuts streams that take nothing, and turns ticket keys; called every second or so. */
    void sweep() {
        if (ticketKeys.turn()) {
            SyncResponse turned = ticketKeys.message();
            streams.forEach(stream -> stream.ticketKeys(turned));
        }
        long now = nanoTime.getAsLong();
        long stalledNanosMax = options.stalledMax().toNanos();
        streams.forEach(stream -> stream.sweep(now, HELLO_NANOS_MAX, stalledNanosMax));
    }

    /**
     * Asks a node something.
     *
     * @return false if it is not there, or has too many questions before it
     */
    boolean ask(String node, SyncResponse question) {
        for (NodeStream stream : streams) {
            if (stream.isOf(node) && stream.ask(question)) {
                return true;
            }
        }
        return false;
    }

    void ended(NodeStream stream) {
        if (streams.remove(stream)) {
            metrics.syncEnded();
        }
    }

    long nanoTime() {
        return nanoTime.getAsLong();
    }

    void post(RolloutEvent event) {
        rollout.post(event);
    }

    void countSent(int bytes) {
        metrics.sent(bytes);
    }

    void countStalled() {
        metrics.stalled();
    }

    void countRefused(String reason) {
        metrics.refused(reason);
    }

    /** Why the node may not come in, as far as the door can tell. */
    Optional<Refusal> refusal(Hello hello) {
        Optional<String> wrong = HelloReader.refusal(hello);
        if (wrong.isPresent()) {
            metrics.refused("HELLO");
            Status status = Status.INVALID_ARGUMENT.withDescription(wrong.get());
            return Optional.of(new Refusal(status, new Metadata()));
        }
        long retryAfterMillis = admission.admit(hello.hasActive());
        if (retryAfterMillis == 0) {
            return Optional.empty();
        }
        metrics.refused("RATE");
        Metadata trailers = new Metadata();
        trailers.put(RETRY_AFTER_MILLIS, Long.toString(retryAfterMillis));
        return Optional.of(
                new Refusal(
                        Status.RESOURCE_EXHAUSTED.withDescription(
                                "too many nodes connect at once; try again in "
                                        + retryAfterMillis
                                        + " ms"),
                        trailers));
    }

    /** How a stream ends that is not let in. */
    record Refusal(Status status, Metadata trailers) {}

    NodeHello read(Hello hello, ServerCall<?, ?> call) {
        return HelloReader.read(
                hello, text(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)), names);
    }

    SyncResponse ticketKeys() {
        return ticketKeys.message();
    }

    SyncResponse welcome(boolean draining) {
        return SyncResponse.newBuilder()
                .setWelcome(
                        Welcome.newBuilder()
                                .setDraining(draining)
                                .setReportInterval(
                                        Duration.newBuilder()
                                                .setSeconds(options.reportInterval().toSeconds())
                                                .setNanos(options.reportInterval().toNanosPart()))
                                .setSoftwareVersion(SoftwareVersion.current()))
                .build();
    }

    private static String text(@Nullable SocketAddress address) {
        if (!(address instanceof InetSocketAddress inet)) {
            return "";
        }
        String host = inet.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + inet.getPort();
    }
}
