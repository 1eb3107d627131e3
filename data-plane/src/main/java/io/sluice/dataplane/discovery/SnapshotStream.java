package io.sluice.dataplane.discovery;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.sluice.dataplane.snapshot.SnapshotProblem;
import io.sluice.dataplane.snapshot.SnapshotVersion;
import io.sluice.proto.HostPort;
import io.sluice.proto.SoftwareVersion;
import io.sluice.proto.discovery.v1.Ack;
import io.sluice.proto.discovery.v1.Ask;
import io.sluice.proto.discovery.v1.Hello;
import io.sluice.proto.discovery.v1.Nack;
import io.sluice.proto.discovery.v1.NackReason;
import io.sluice.proto.discovery.v1.Offer;
import io.sluice.proto.discovery.v1.Phase;
import io.sluice.proto.discovery.v1.SyncRequest;
import io.sluice.proto.discovery.v1.SyncResponse;
import io.sluice.proto.discovery.v1.TicketKeys;
import io.sluice.proto.discovery.v1.Version;
import io.sluice.proto.discovery.v1.Welcome;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * One Sync stream from its Hello to its end. gRPC's callbacks are posted to the config thread,
 * where all else happens; the next message is asked for when the one before was dealt with.
 */
final class SnapshotStream implements ClientResponseObserver<SyncRequest, SyncResponse> {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotStream.class);

    /** With a refusal because too many nodes connect at once. */
    private static final Metadata.Key<String> RETRY_AFTER_MILLIS =
            Metadata.Key.of("sluice-retry-after-ms", Metadata.ASCII_STRING_MARSHALLER);

    private static final long RETRY_MILLIS_MAX = 60_000;

    private final NodeIdentity identity;
    private final DiscoveryOptions options;
    private final SnapshotApplier applier;
    private final DrainControl drain;
    private final Supplier<List<SnapshotProblem>> problems;
    private final Executor configThread;
    private final Owner owner;
    private @Nullable ClientCallStreamObserver<SyncRequest> requests;
    private @Nullable OfferBody receiving;
    private DrainControl.@Nullable Status wishTold;
    private long activeOfferId;
    private boolean welcomed;
    private boolean ended;

    SnapshotStream(
            NodeIdentity identity,
            DiscoveryOptions options,
            SnapshotApplier applier,
            DrainControl drain,
            Supplier<List<SnapshotProblem>> problems,
            Executor configThread,
            Owner owner) {
        this.identity = identity;
        this.options = options;
        this.applier = applier;
        this.drain = drain;
        this.problems = problems;
        this.configThread = configThread;
        this.owner = owner;
    }

    /** Who keeps the stream; called on the config thread. */
    interface Owner {
        void welcomed(SnapshotStream stream, Welcome welcome);

        /** Session tickets are sealed with these from now on. */
        void ticketKeys(TicketKeys keys);

        /** An operator wants to know something. */
        void asked(Ask ask);

        /** The control plane has nothing for this node. */
        void nothingConfigured();

        /**
         * The stream is over.
         *
         * @param retryAfter how long the control plane asked to stay away; zero if it did not
         */
        void ended(SnapshotStream stream, Status status, Duration retryAfter);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<SyncRequest> call) {
        call.disableAutoRequestWithInitial(1);
        requests = call;
    }

    @Override
    public void onNext(SyncResponse response) {
        configThread.execute(
                () -> {
                    receive(response);
                    if (!ended && requests != null) {
                        requests.request(1);
                    }
                });
    }

    @Override
    public void onError(Throwable failure) {
        configThread.execute(() -> end(Status.fromThrowable(failure), retryAfter(failure)));
    }

    @Override
    public void onCompleted() {
        configThread.execute(
                () ->
                        end(
                                Status.UNAVAILABLE.withDescription(
                                        "the control plane ended the stream"),
                                Duration.ZERO));
    }

    /** Opens the conversation; the address is that of the admin door. */
    void hello(HostPort adminAddress) {
        DrainControl.Status wish = drain.status();
        Hello.Builder hello =
                Hello.newBuilder()
                        .setNode(identity.name())
                        .setBootId(identity.bootId())
                        .putAllLabels(identity.labels())
                        .setSoftwareVersion(SoftwareVersion.current())
                        .setAdminAddress(adminAddress.toString())
                        .addAllProblems(Messages.problems(problems.get()));
        applier.active().ifPresent(state -> hello.setActive(Messages.version(state.version())));
        applier.suspect().ifPresent(version -> hello.setSuspect(Messages.version(version)));
        if (wish.wishedHere()) {
            hello.setDrain(Messages.drain(wish));
        }
        wishTold = wish;
        send(SyncRequest.newBuilder().setHello(hello).build());
    }

    /** Tells how the drain stands. */
    void tellDrain(DrainControl.Status status) {
        if (welcomed) {
            send(SyncRequest.newBuilder().setDrain(Messages.drain(status)).build());
        }
    }

    /** Tells what the active version is served without, after that changed. */
    void tellProblems() {
        if (welcomed) {
            applier.active().ifPresent(state -> ackActive(activeOfferId, state.version()));
        }
    }

    /** Ends the stream from this side. */
    void cancel(String reason) {
        if (!ended && requests != null) {
            requests.cancel(reason, null);
            end(Status.CANCELLED.withDescription(reason), Duration.ZERO);
        }
    }

    private void receive(SyncResponse response) {
        if (ended) {
            return;
        }
        switch (response.getMessageCase()) {
            case WELCOME -> welcome(response.getWelcome());
            case OFFER -> offer(response.getOffer());
            case ASK -> owner.asked(response.getAsk());
            case TICKET_KEYS -> owner.ticketKeys(response.getTicketKeys());
            case DRAIN -> drain.command(response.getDrain().getDraining());
            case MESSAGE_NOT_SET -> LOG.warn("event=unknown-message from=control-plane");
        }
    }

    private void welcome(Welcome welcome) {
        welcomed = true;
        owner.welcomed(this, welcome);
        DrainControl.Status now = drain.status();
        boolean wishedSince =
                now.wishedHere() && (wishTold == null || !now.since().equals(wishTold.since()));
        if (wishedSince) {
            tellDrain(now);
            return;
        }
        boolean wishTaken = now.wishedHere() && now.draining() == welcome.getDraining();
        if (!wishTaken) {
            drain.command(welcome.getDraining());
        }
        // A wish that was taken stays one until the command says that it is stored.
    }

    private void offer(Offer part) {
        if (receiving == null || receiving.offer().getOfferId() != part.getOfferId()) {
            receiving = new OfferBody(part, options);
        }
        OfferBody body = receiving;
        body.add(part);
        if (!body.isComplete()) {
            return;
        }
        receiving = null;
        Offer offer = body.offer();
        if (offer.hasUpToDate() && !offer.hasVersion()) {
            owner.nothingConfigured();
            ack(offer, Phase.PHASE_ACTIVE, problems.get());
            return;
        }
        ack(offer, Phase.PHASE_RECEIVED, List.of());
        switch (offer.getMode()) {
            case OFFER_MODE_APPLY -> submit(SnapshotApplier.Mode.APPLY, body);
            case OFFER_MODE_VALIDATE_ONLY -> submit(SnapshotApplier.Mode.VALIDATE, body);
            case OFFER_MODE_UNSPECIFIED, UNRECOGNIZED ->
                    nack(
                            offer,
                            Refusal.of(
                                    NackReason.NACK_REASON_UNSUPPORTED,
                                    "UNKNOWN_MODE",
                                    "unknown mode of the offer"));
        }
    }

    private void submit(SnapshotApplier.Mode mode, OfferBody body) {
        Offer offer = body.offer();
        applier.submit(
                mode,
                body::resolve,
                new SnapshotApplier.Progress() {
                    @Override
                    public void validated() {
                        ack(offer, Phase.PHASE_VALIDATED, List.of());
                    }

                    @Override
                    public void warmed() {
                        ack(offer, Phase.PHASE_WARMED, List.of());
                    }

                    @Override
                    public void active(SnapshotVersion version) {
                        activeOfferId = offer.getOfferId();
                        ackActive(offer.getOfferId(), version);
                    }

                    @Override
                    public void refused(Refusal refusal) {
                        nack(offer, refusal);
                    }
                });
    }

    private void ackActive(long offerId, SnapshotVersion version) {
        ack(offerId, Messages.version(version), Phase.PHASE_ACTIVE, problems.get());
    }

    private void ack(Offer offer, Phase phase, List<SnapshotProblem> with) {
        ack(offer.getOfferId(), offer.getVersion(), phase, with);
    }

    private void ack(long offerId, Version version, Phase phase, List<SnapshotProblem> with) {
        Ack ack =
                Ack.newBuilder()
                        .setOfferId(offerId)
                        .setVersion(version)
                        .setPhase(phase)
                        .addAllProblems(Messages.problems(with))
                        .build();
        send(SyncRequest.newBuilder().setAck(ack).build());
    }

    private void nack(Offer offer, Refusal refusal) {
        Nack nack =
                Nack.newBuilder()
                        .setOfferId(offer.getOfferId())
                        .setVersion(offer.getVersion())
                        .setReason(refusal.reason())
                        .addAllProblems(Messages.problems(refusal.problems()))
                        .build();
        send(SyncRequest.newBuilder().setNack(nack).build());
    }

    private void send(SyncRequest request) {
        if (!ended && requests != null) {
            requests.onNext(request);
        }
    }

    private static Duration retryAfter(Throwable failure) {
        Metadata trailers = Status.trailersFromThrowable(failure);
        String millis = trailers == null ? null : trailers.get(RETRY_AFTER_MILLIS);
        try {
            return millis == null
                    ? Duration.ZERO
                    : Duration.ofMillis(Math.clamp(Long.parseLong(millis), 0, RETRY_MILLIS_MAX));
        } catch (NumberFormatException e) {
            // What it means by that is for the ordinary wait to bridge.
            return Duration.ZERO;
        }
    }

    private void end(Status status, Duration retryAfter) {
        if (!ended) {
            ended = true;
            owner.ended(this, status, retryAfter);
        }
    }
}
