package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.l7.codec.ResponseParser.Answered;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.Method;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.message.ResponseHead;
import io.sluice.dataplane.l7.route.ExchangeTimeouts;
import io.sluice.dataplane.l7.route.Route;
import io.sluice.dataplane.l7.route.RouteAction;
import io.sluice.dataplane.net.EventWrites;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.Phase;
import io.sluice.dataplane.net.Timer;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/**
 * What a stream does whose route forwards it: one attempt after the other, until a response is
 * passed on. The methods below are its steps, in their order. {@link Resending} says what may be
 * sent again, {@link Exchanges} holds what is sent with. Of its loop's thread.
 *
 * <p>A step that cannot go on returns; whoever it waits for calls the next one.
 */
final class Forwarding implements ExchangeUser {
    /** An endpoint behind whose address are several may answer each connection in another way. */
    private static final int PROTOCOL_CHANGES_MAX = 3;

    private final HttpServing serving;
    private final HttpStream stream;
    private final Downstream downstream;
    private final StreamRecord record;
    private final GrpcCall grpc;
    private final ByteBufAllocator allocator;
    private final Exchanges exchanges;
    private final Resending resending;

    // For the response head, then for what is idle; for the back-off between attempts.
    private final Timer timer;
    private final RareTimer totalTimer;
    private final RareTimer tryTimer;

    private ExchangeTimeouts timeouts = ExchangeTimeouts.NONE;
    private @Nullable Cluster cluster;
    private @Nullable Endpoint endpoint;
    private long value64;
    private boolean waitedForChecks;
    private int protocolChanges;
    private boolean backingOff;
    private long idleNanos;

    // Of the request, when its head is gone.
    private boolean headRequest;
    private boolean webSocket;
    private boolean hasBody;

    private boolean requestSent;
    private boolean takesBody;
    private boolean stalled;
    private boolean responding;
    private boolean tunnel;

    // The upstream's end of a tunnel that has left HTTP.
    private @Nullable SocketChannel detached;

    Forwarding(
            HttpServing serving,
            HttpStream stream,
            Downstream downstream,
            StreamRecord record,
            GrpcCall grpc,
            ByteBufAllocator allocator) {
        this.serving = serving;
        this.stream = stream;
        this.downstream = downstream;
        this.record = record;
        this.grpc = grpc;
        this.allocator = allocator;
        this.exchanges = new Exchanges(serving, this, allocator);
        this.resending = new Resending(serving, record);
        this.timer = serving.loop().newTimer(this::timedOut);
        this.totalTimer = new RareTimer(serving.loop(), () -> refuseIfActive(grpc.lateness()));
        this.tryTimer = new RareTimer(serving.loop(), this::attemptTimedOut);
    }

    /** Forgets the request before. */
    void reset() {
        cluster = null;
        endpoint = null;
        waitedForChecks = false;
        backingOff = false;
        requestSent = false;
        takesBody = false;
        stalled = false;
        responding = false;
        tunnel = false;
        detached = null;
        resending.reset();
    }

    // ---- the request

    /** Forwards the stream's request; its body follows by {@link #requestBody}, if it has one. */
    void begin(RequestHead request, Route route, RouteAction.Forward forward) {
        headRequest = request.method() == Method.HEAD;
        webSocket = request.webSocket();
        hasBody = request.bodyLength() != 0;
        requestSent = !hasBody;
        timeouts = forward.timeouts();
        long nowNanos = serving.loop().nowNanos();
        totalTimer.arm(grpc.timeoutNanos(request, timeouts.totalNanos(), nowNanos));
        resending.begin(request, route, forward.retry());
        value64 = serving.loop().random64();
        Cluster picked = forward.clusters().pick(value64);
        cluster = picked;
        record.cluster(route, picked);
        pick(picked, null);
    }

    private void pick(Cluster from, @Nullable Endpoint avoid) {
        record.phase(Phase.PICK);
        Endpoint picked = from.pick(serving.loop(), value64, avoid);
        if (picked != null) {
            connect(from, picked);
            return;
        }
        if (waitedForChecks || !from.awaitsFirstChecks(serving.loop())) {
            stream.refuse(Failure.NO_HEALTHY_ENDPOINT);
            return;
        }
        waitedForChecks = true;
        stream.keepHead();
        long waitingTurn = stream.turn();
        from.whenChecked(
                serving.loop(),
                () -> {
                    if (stream.active(waitingTurn)) {
                        pick(from, avoid);
                    }
                });
    }

    private void connect(Cluster from, Endpoint to) {
        record.phase(Phase.CONNECT);
        endpoint = to;
        record.attempt(to);
        tryTimer.arm(timeouts.perTryNanos());
        protocolChanges = 0;
        start(from, to);
    }

    private void start(Cluster from, Endpoint to) {
        boolean bytesOnly = bytesOnly();
        UpstreamExchange before = exchanges.current();
        UpstreamExchange exchange = exchanges.to(from, to, webSocket, bytesOnly);
        if (bytesOnly && exchange instanceof Http2Exchange) {
            // The cluster has just been told to speak HTTP/2.
            before.forgetRequest();
            refuseIfActive(Failure.UPSTREAM_TLS_FAILED);
            return;
        }
        exchange.start(from, to);
        if (exchange.connecting()) {
            stream.keepHead();
        }
    }

    // Whether nothing is left of the head but what it was over HTTP/1.1.
    private boolean bytesOnly() {
        return resending.awaitsHeadAgain() && !stream.headKept();
    }

    private void preferHead() {
        if (stream.headKept()) {
            resending.forgetHeadAgain();
            exchanges.current().forgetRequest();
        }
    }

    @Override
    public void otherProtocol() {
        Cluster from = cluster;
        Endpoint to = endpoint;
        if (from == null || to == null || ++protocolChanges > PROTOCOL_CHANGES_MAX) {
            exchangeFailed(Failure.UPSTREAM_TLS_FAILED);
            return;
        }
        preferHead();
        start(from, to);
    }

    @Override
    public void connected() {
        record.phase(Phase.SEND);
        record.connected();
        UpstreamExchange exchange = exchanges.current();
        if (resending.takeHeadAgain()) {
            exchange.headAgain();
        } else {
            sendHead(exchange);
        }
        resending.sendBody(exchange, requestSent);
        if (requestSent) {
            awaitResponse();
        }
        takesBody = !requestSent;
        if (!downstream.inRead()) {
            // Was held back while connecting.
            downstream.advance();
            exchanges.current().flush();
        }
    }

    private void sendHead(UpstreamExchange exchange) {
        if (resending.begins(exchange)) {
            stream.keepHead();
        }
        grpc.attempt(stream.head(), serving.loop().nowNanos());
        boolean chunks = downstream.givesChunks() && takesChunks();
        BodyForm form = chunks ? BodyForm.CHUNKS : BodyForm.CONTENT;
        exchange.head(stream.head(), form, !hasBody, resending.idempotent());
    }

    @Override
    public void headSent(int bytes) {
        record.sentUpstream(bytes);
    }

    private void awaitResponse() {
        if (!responding) {
            timer.arm(timeouts.responseHeadNanos());
        }
    }

    /** Whether {@link #requestBody} may be called now. */
    boolean takesBody() {
        if (!takesBody) {
            return false;
        }
        boolean takes = exchanges.current().writable();
        if (!takes && !stalled) {
            stalled = true;
            timer.arm(timeouts.idleNanos());
        }
        return takes;
    }

    /** Whether a request body of unknown length is wanted in {@link BodyForm#CHUNKS}. */
    boolean takesChunks() {
        return exchanges.current().takesChunks() && !grpc.web().present();
    }

    /** Part of the body. */
    void requestBody(ByteBuf bytes, boolean last) {
        record.requestBody(bytes.readableBytes());
        ByteBuf content = grpc.web().request(bytes);
        if (content == null) {
            stream.refuse(Failure.BAD_BODY);
            return;
        }
        if (last && !grpc.web().requestComplete()) {
            content.release();
            stream.refuse(Failure.BAD_BODY);
            return;
        }
        resending.body(content);
        exchanges.current().body(content, last);
        upstreamProgress();
        if (last) {
            requestSent();
        }
        if (!downstream.inRead()) {
            exchanges.current().flush();
        }
    }

    /**
     * The body ends.
     *
     * @param trailers null if there are none
     */
    void requestEnd(@Nullable Fields trailers) {
        if (!grpc.web().requestComplete()) {
            stream.refuse(Failure.BAD_BODY);
            return;
        }
        resending.end(trailers);
        exchanges.current().end(trailers);
        requestSent();
        if (!downstream.inRead()) {
            exchanges.current().flush();
        }
    }

    private void requestSent() {
        takesBody = false;
        requestSent = true;
        if (!tunnel) {
            awaitResponse();
        }
    }

    // ---- the response

    @Override
    public void interim(ResponseHead head) {
        if (downstream.interim(head)) {
            record.interim(head.status());
        }
    }

    @Override
    public void response(ResponseHead head, BodyForm form, @Nullable ByteBuf first, boolean last) {
        if (webSocket && downstream.upgradesBySuccess() && head.status() / 100 == 2) {
            // Not an upgrade, but the client would take it for one.
            if (first != null) {
                first.release();
            }
            exchangeFailed(Failure.UPSTREAM_BAD_RESPONSE);
            return;
        }
        if (resending.mayAfter(head, last)) {
            if (first != null) {
                first.release();
            }
            againAfterResponse();
            return;
        }
        resending.forgetBody();
        record.phase(Phase.RESPOND);
        record.responseHead(head.status(), last);
        tryTimer.disarm();
        idleNanos = timeouts.idleNanos();
        if (last) {
            record.grpcStatus(grpc.status(head.fields()));
        } else {
            timer.arm(idleNanos);
        }
        ByteBuf piece = grpc.web().response(head, first, last);
        stream.edit(head);
        responding = true;
        downstream.head(head, form, piece, last);
        passed(last);
    }

    @Override
    public void responseBody(ByteBuf bytes, boolean last) {
        downstream.body(grpc.web().body(bytes), last);
        passed(last);
    }

    @Override
    public void responseEnd(@Nullable Fields trailers) {
        if (!responding) {
            // Of a response that was thrown away: they came with it.
            return;
        }
        if (trailers != null) {
            record.grpcStatus(grpc.status(trailers));
        }
        ByteBuf frame = grpc.web().trailers(allocator, trailers);
        if (frame == null) {
            downstream.end(trailers);
        } else {
            downstream.body(frame, true);
        }
        passed(true);
    }

    @Override
    public @Nullable EventWrites bodyOutput() {
        return downstream.bodyOutput();
    }

    @Override
    public void bodyPassed(int bytes) {
        downstream.bodyPassed(bytes);
    }

    private void passed(boolean last) {
        if (last) {
            stream.responded();
        } else {
            holdBack();
        }
    }

    @Override
    public void switched(ResponseHead head) {
        record.phase(Phase.RESPOND);
        record.responseHead(head.status(), false);
        stream.edit(head);
        responding = true;
        idleNanos = timeouts.idleNanos();
        downstream.upgrade(head);
        record.tunnelBegins();
        disarm();
        UpstreamExchange exchange = exchanges.current();
        if (downstream.detachable() && exchange.detachable()) {
            stream.detached();
            DetachedSocket upstream = exchange.detach();
            detached = upstream.channel();
            Tunnel.open(serving.loop(), downstream, upstream, idleNanos, record);
            return;
        }
        // Whatever the next snapshot brings, it runs on.
        stream.leaveRoute();
        tunnel = true;
        requestSent = false;
        takesBody = true;
        exchange.beginTunnel();
        downstream.beginTunnel();
        timer.arm(idleNanos);
        downstream.advance();
    }

    // ---- the next attempt

    @Override
    public void exchangeFailed(Failure failure) {
        record.attemptFailed(failure);
        timer.disarm();
        tryTimer.disarm();
        takesBody = false;
        if (!responding && again(failure)) {
            return;
        }
        exchanges.current().forgetRequest();
        stream.refuse(failure);
    }

    private boolean again(Failure failure) {
        if (cluster == null) {
            return false;
        }
        if (resending.onNewConnection(failure, exchanges.current(), stream.headKept())) {
            record.phase(Phase.CONNECT);
            return true;
        }
        if (!resending.mayAfter(failure)) {
            return false;
        }
        retry(failure.resend() == Failure.Resend.ALWAYS ? 0 : resending.delayNanos());
        return true;
    }

    // The response is thrown away, and the request sent elsewhere.
    private void againAfterResponse() {
        stop();
        timer.disarm();
        tryTimer.disarm();
        retry(resending.delayNanos());
    }

    private void retry(long delayNanos) {
        record.retry();
        preferHead();
        if (delayNanos == 0) {
            pickAnother();
            return;
        }
        record.phase(Phase.PICK);
        backingOff = true;
        timer.arm(delayNanos);
    }

    private void pickAnother() {
        pick(Objects.requireNonNull(cluster), endpoint);
    }

    /** Gives up the attempt, if one is under way; the stream says what comes then. */
    void stop() {
        takesBody = false;
        stalled = false;
        exchanges.abort();
    }

    /** The stream is over. */
    void finish() {
        disarm();
        exchanges.current().forgetRequest();
        resending.forgetBody();
        takesBody = false;
    }

    // ---- time

    private void timedOut() {
        if (backingOff) {
            backingOff = false;
            pickAnother();
        } else if (responding && downstream.writePaused()) {
            timer.arm(idleNanos);
        } else if (responding) {
            refuseIfActive(idleFailure());
        } else {
            attemptTimedOut();
        }
    }

    private Failure idleFailure() {
        if (tunnel) {
            return Failure.IDLE_TIMEOUT;
        }
        return downstream.writable() ? Failure.UPSTREAM_TIMEOUT : Failure.DOWNSTREAM_TIMEOUT;
    }

    private void attemptTimedOut() {
        if (stream.active() && !responding) {
            stop();
            exchangeFailed(Failure.UPSTREAM_TIMEOUT);
        }
    }

    private void refuseIfActive(Failure failure) {
        if (stream.active()) {
            record.attemptFailed(failure);
            stream.refuse(failure);
        }
    }

    private void disarm() {
        timer.disarm();
        backingOff = false;
        tryTimer.disarm();
        totalTimer.disarm();
    }

    /** The connection is closed for good. */
    void closed() {
        timer.cancel();
        tryTimer.cancel();
        totalTimer.cancel();
    }

    /** Bytes moved: the idle timeout begins anew. */
    @Override
    public void upstreamProgress() {
        if (responding) {
            timer.arm(idleNanos);
        }
    }

    // ---- flow of bytes

    // A client that does not take its bytes stops the reading of the upstream.
    private void holdBack() {
        if (!downstream.writable()) {
            downstream.flush();
            exchanges.current().read(downstream.writable());
        }
    }

    @Override
    public void upstreamReadComplete() {
        downstream.flush();
    }

    /** The client takes bytes again. */
    void downstreamWritable() {
        upstreamProgress();
        exchanges.current().read(true);
    }

    @Override
    public void upstreamWritable() {
        if (stalled) {
            stalled = false;
            if (!responding) {
                timer.disarm();
            }
        }
        downstream.advance();
        exchanges.current().flush();
    }

    void flush() {
        exchanges.current().flush();
    }

    // ---- what is asked

    @Override
    public Answered answered() {
        if (headRequest) {
            return Answered.HEAD;
        }
        return webSocket ? Answered.UPGRADE : Answered.OTHER;
    }

    @Override
    public boolean takesResponseChunks() {
        return downstream.takesChunks() && !grpc.web().present();
    }

    /** The upstream's connection; null while there is none. */
    @Nullable SocketChannel upstream() {
        return detached == null ? exchanges.current().socket() : detached;
    }

    /** Whether the response's head was passed on. */
    boolean responding() {
        return responding;
    }
}
