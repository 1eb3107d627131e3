package io.sluice.it.scale;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.sluice.proto.discovery.v1.Ack;
import io.sluice.proto.discovery.v1.DiscoveryServiceGrpc;
import io.sluice.proto.discovery.v1.Entry;
import io.sluice.proto.discovery.v1.Hello;
import io.sluice.proto.discovery.v1.Nack;
import io.sluice.proto.discovery.v1.NackReason;
import io.sluice.proto.discovery.v1.Offer;
import io.sluice.proto.discovery.v1.Phase;
import io.sluice.proto.discovery.v1.SyncRequest;
import io.sluice.proto.discovery.v1.SyncResponse;
import io.sluice.proto.discovery.v1.Version;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** A node's Sync stream that applies what it is offered and serves nothing. On its event loop. */
final class SimulatedNode extends ClientCall.Listener<SyncResponse> {
    private static final Metadata.Key<String> RETRY_AFTER_MILLIS =
            Metadata.Key.of("sluice-retry-after-ms", Metadata.ASCII_STRING_MARSHALLER);

    private final SimulatedFleet fleet;
    private final String name;
    private final ManagedChannel channel;
    private final List<Entry> chunks = new ArrayList<>();
    private volatile SimulatedState state = SimulatedState.EMPTY;
    private @Nullable Version active;
    private ClientCall<SyncRequest, SyncResponse> call;

    SimulatedNode(SimulatedFleet fleet, String name, ManagedChannel channel) {
        this.fleet = fleet;
        this.name = name;
        this.channel = channel;
        this.call = newCall();
    }

    void connect() {
        call = newCall();
        call.start(this, new Metadata());
        call.request(1);
        Hello.Builder hello =
                Hello.newBuilder()
                        .setNode(name)
                        .setBootId("boot-" + name)
                        .setSoftwareVersion("simulated")
                        .putLabels("rack", "r" + Math.floorMod(name.hashCode(), 20));
        if (active != null) {
            hello.setActive(active);
        }
        call.sendMessage(SyncRequest.newBuilder().setHello(hello).build());
    }

    /** Breaks the stream; {@link #connect} opens another with what the node has. */
    void disconnect() {
        call.cancel("simulated", null);
    }

    SimulatedState state() {
        return state;
    }

    @Override
    public void onMessage(SyncResponse message) {
        if (message.hasOffer()) {
            receive(message.getOffer());
        }
        call.request(1);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        String retryAfterMillis = trailers.get(RETRY_AFTER_MILLIS);
        if (retryAfterMillis != null) {
            fleet.after(Long.parseLong(retryAfterMillis), this::connect);
        } else if (status.getCode() != Status.Code.CANCELLED) {
            fleet.failed(name + ": " + status);
        }
    }

    private void receive(Offer offer) {
        if (offer.hasSnapshot()) {
            chunks.addAll(offer.getSnapshot().getEntriesList());
            if (!offer.getSnapshot().getLast()) {
                return;
            }
        }
        ack(offer, Phase.PHASE_RECEIVED);
        SimulatedState next = next(offer);
        chunks.clear();
        if (offer.hasVersion() && !next.digest().equals(offer.getVersion().getDigest())) {
            fleet.failed(name + ": digest mismatch at " + offer.getVersion().getRevision());
            call.sendMessage(
                    SyncRequest.newBuilder()
                            .setNack(
                                    Nack.newBuilder()
                                            .setOfferId(offer.getOfferId())
                                            .setVersion(offer.getVersion())
                                            .setReason(NackReason.NACK_REASON_DIGEST_MISMATCH))
                            .build());
            return;
        }
        state = next;
        active = offer.getVersion();
        ack(offer, Phase.PHASE_VALIDATED);
        ack(offer, Phase.PHASE_WARMED);
        ack(offer, Phase.PHASE_ACTIVE);
    }

    private SimulatedState next(Offer offer) {
        return switch (offer.getBodyCase()) {
            case UP_TO_DATE, BODY_NOT_SET -> state;
            case DELTA -> fleet.shared(offer, state, () -> state.with(offer.getDelta()));
            case SNAPSHOT -> fleet.shared(offer, state, () -> SimulatedState.of(chunks));
        };
    }

    private void ack(Offer offer, Phase phase) {
        call.sendMessage(
                SyncRequest.newBuilder()
                        .setAck(
                                Ack.newBuilder()
                                        .setOfferId(offer.getOfferId())
                                        .setVersion(offer.getVersion())
                                        .setPhase(phase))
                        .build());
    }

    private ClientCall<SyncRequest, SyncResponse> newCall() {
        return channel.newCall(DiscoveryServiceGrpc.getSyncMethod(), CallOptions.DEFAULT);
    }
}
