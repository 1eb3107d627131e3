package io.sluice.controlplane.discovery;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.sluice.controlplane.rollout.AckPhase;
import io.sluice.controlplane.rollout.NodeLink;
import io.sluice.controlplane.rollout.RolloutEvent;
import io.sluice.controlplane.snapshot.SnapshotOffer;
import io.sluice.proto.discovery.v1.Ack;
import io.sluice.proto.discovery.v1.DrainCommand;
import io.sluice.proto.discovery.v1.Hello;
import io.sluice.proto.discovery.v1.Nack;
import io.sluice.proto.discovery.v1.SyncRequest;
import io.sluice.proto.discovery.v1.SyncResponse;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Optional;

/**
 * One Sync stream. What comes in is posted to the rollout loop; what the loop wants sent waits
 * here, at most a welcome, ticket keys, a drain command, a few questions and an offer, until the
 * node takes it. Called by the stream's event loop and by the rollout loop; nobody waits for the
 * node.
 */
final class NodeStream extends ServerCall.Listener<SyncRequest> implements NodeLink {
    /** Messages of the node that may be under way to the rollout loop. */
    private static final int UNHANDLED_MAX = 4;

    /** Questions that may wait to be sent. */
    private static final int ASKS_MAX = 16;

    private final ServerCall<SyncRequest, SyncFrame> call;
    private final SyncService service;
    private final long openedNanos;

    // Guarded by this.
    private @Nullable SyncResponse welcome;
    private @Nullable SyncResponse ticketKeys;
    private @Nullable SyncResponse drain;
    private final Deque<SyncResponse> asks = new ArrayDeque<>();
    private boolean welcomed;
    private @Nullable SnapshotOffer offer;
    private long offerId;
    private int offerPart;
    private long waitingSinceNanos;
    private boolean closed;

    // Only on the stream's event loop.
    private boolean introduced;
    private boolean ended;

    // Written on the event loop, read by the sweep.
    private volatile boolean helloSeen;
    private volatile String node = "";

    NodeStream(ServerCall<SyncRequest, SyncFrame> call, SyncService service) {
        this.call = call;
        this.service = service;
        this.openedNanos = service.nanoTime();
    }

    void open() {
        call.sendHeaders(new Metadata());
        call.request(1);
    }

    @Override
    public void onMessage(SyncRequest message) {
        if (message.hasHello() == introduced) {
            close(Status.INVALID_ARGUMENT.withDescription("a stream begins with its only Hello"));
            return;
        }
        switch (message.getMessageCase()) {
            case HELLO -> hello(message.getHello());
            case ACK -> ack(message.getAck());
            case NACK -> nack(message.getNack());
            case DRAIN ->
                    service.post(
                            new RolloutEvent.DrainStated(
                                    this, WireReader.drain(message.getDrain())));
            // Of a newer node; it loses nothing by our not knowing it.
            case MESSAGE_NOT_SET -> call.request(1);
        }
    }

    private void hello(Hello hello) {
        introduced = true;
        helloSeen = true;
        node = hello.getNode();
        Optional<SyncService.Refusal> refusal = service.refusal(hello);
        if (refusal.isPresent()) {
            close(refusal.get().status(), refusal.get().trailers());
            return;
        }
        service.post(new RolloutEvent.NodeArrived(this, service.read(hello, call)));
    }

    private void ack(Ack ack) {
        AckPhase phase = WireReader.phase(ack.getPhase()).orElse(AckPhase.RECEIVED);
        service.post(
                new RolloutEvent.OfferAcknowledged(
                        this, ack.getOfferId(), phase, WireReader.problems(ack.getProblemsList())));
    }

    private void nack(Nack nack) {
        service.post(
                new RolloutEvent.OfferRefused(
                        this,
                        nack.getOfferId(),
                        WireReader.reason(nack.getReason()),
                        WireReader.problems(nack.getProblemsList())));
    }

    @Override
    public void onReady() {
        pump();
    }

    @Override
    public void onHalfClose() {
        close(Status.OK);
        end("ended by the node");
    }

    @Override
    public void onCancel() {
        synchronized (this) {
            closed = true;
            forget();
        }
        end("connection lost");
    }

    @Override
    public void onComplete() {
        end("ended");
    }

    private void end(String reason) {
        if (!ended) {
            ended = true;
            service.ended(this);
            service.post(new RolloutEvent.NodeLeft(this, reason));
        }
    }

    @Override
    public void welcome(boolean draining) {
        synchronized (this) {
            welcome = service.welcome(draining);
            ticketKeys = service.ticketKeys();
            welcomed = true;
        }
        call.request(UNHANDLED_MAX - 1);
        pump();
    }

    /** Others than those that went behind the welcome. */
    void ticketKeys(SyncResponse changed) {
        synchronized (this) {
            if (!welcomed || closed) {
                return;
            }
            ticketKeys = changed;
        }
        pump();
    }

    boolean isOf(String name) {
        return node.equals(name);
    }

    /**
     * Asks the node something.
     *
     * @return false if it is not in, or has too many questions before it
     */
    boolean ask(SyncResponse question) {
        synchronized (this) {
            if (!welcomed || closed || asks.size() == ASKS_MAX) {
                return false;
            }
            asks.add(question);
        }
        pump();
        return true;
    }

    @Override
    public void offer(long newOfferId, SnapshotOffer newOffer) {
        synchronized (this) {
            offer = newOffer;
            offerId = newOfferId;
            offerPart = 0;
        }
        pump();
    }

    @Override
    public void drain(boolean draining) {
        synchronized (this) {
            drain =
                    SyncResponse.newBuilder()
                            .setDrain(DrainCommand.newBuilder().setDraining(draining))
                            .build();
        }
        pump();
    }

    @Override
    public void cut(CutReason reason, String message) {
        Status status =
                switch (reason) {
                    case NAME_TAKEN -> Status.ALREADY_EXISTS;
                    case REPLACED -> Status.ABORTED;
                    case NO_ANSWER -> Status.DEADLINE_EXCEEDED;
                    case SHUTDOWN -> Status.UNAVAILABLE;
                };
        if (reason == CutReason.NAME_TAKEN) {
            service.countRefused(reason.name());
        }
        close(status.withDescription(message));
    }

    @Override
    public void handled() {
        call.request(1);
    }

    /** Ends a stream that has not introduced itself, or whose node takes nothing, for too long. */
    void sweep(long nowNanos, long helloNanosMax, long stalledNanosMax) {
        if (!helloSeen && nowNanos - openedNanos > helloNanosMax) {
            close(Status.DEADLINE_EXCEEDED.withDescription("no Hello in time"));
            return;
        }
        synchronized (this) {
            boolean stalled =
                    !closed && isWaiting() && nowNanos - waitingSinceNanos > stalledNanosMax;
            if (stalled) {
                service.countStalled();
                closed = true;
                forget();
                call.sendMessage(
                        SyncFrame.reset(
                                Status.UNAVAILABLE.withDescription("the node takes no bytes")));
            }
        }
    }

    /** Sends what waits for as long as the node takes it. */
    private synchronized void pump() {
        boolean progress = false;
        while (!closed && isWaiting() && call.isReady()) {
            SyncFrame frame = takeNext();
            service.countSent(frame.bytes());
            call.sendMessage(frame);
            progress = true;
        }
        if (progress || !isWaiting()) {
            waitingSinceNanos = service.nanoTime();
        }
    }

    private boolean isWaiting() {
        return welcome != null
                || ticketKeys != null
                || drain != null
                || !asks.isEmpty()
                || offer != null;
    }

    private SyncFrame takeNext() {
        if (welcome != null) {
            SyncFrame frame = SyncFrame.of(welcome);
            welcome = null;
            return frame;
        }
        // Not between the chunks of an offer: they belong together.
        if (ticketKeys != null && (offer == null || offerPart == 0)) {
            SyncFrame frame = SyncFrame.of(ticketKeys);
            ticketKeys = null;
            return frame;
        }
        if (drain != null && (offer == null || offerPart == 0)) {
            SyncFrame frame = SyncFrame.of(drain);
            drain = null;
            return frame;
        }
        SyncResponse ask = offer == null || offerPart == 0 ? asks.poll() : null;
        if (ask != null) {
            return SyncFrame.of(ask);
        }
        SnapshotOffer current = Objects.requireNonNull(offer);
        SyncFrame frame = SyncFrame.offer(offerId, current.parts().get(offerPart++));
        if (offerPart == current.parts().size()) {
            offer = null;
        }
        return frame;
    }

    private void close(Status status) {
        close(status, new Metadata());
    }

    private synchronized void close(Status status, Metadata trailers) {
        if (!closed) {
            closed = true;
            forget();
            call.close(status, trailers);
        }
    }

    private void forget() {
        welcome = null;
        ticketKeys = null;
        drain = null;
        asks.clear();
        offer = null;
    }
}
