package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.l7.codec.Http1Encoder;
import io.sluice.dataplane.l7.codec.ResponseParser.Answered;
import io.sluice.dataplane.l7.filter.FilterChain;
import io.sluice.dataplane.l7.filter.HttpFilter;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.message.ResponseHead;
import io.sluice.dataplane.l7.route.ExchangeTimeouts;
import io.sluice.dataplane.l7.route.Route;
import io.sluice.dataplane.l7.route.RouteAction;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.Phase;
import io.sluice.dataplane.net.Timer;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/**
 * One request, from its head to its line in the access log: the methods below are its steps, in
 * their order. Used by its connection for one request after the other. Of its loop's thread.
 *
 * <p>A step that cannot go on returns; whoever it waits for calls the next one. The head is the
 * loop's until a step has to wait, then a copy.
 */
final class HttpStream implements HttpFilter.Waiting {
    private final HttpServing serving;
    private final HttpConnectionHandler connection;
    private final StreamRecord record;
    private final DownstreamResponse response;
    private final Timer timer;
    private UpstreamExchange exchange;
    private @Nullable Timer totalTimer;

    private boolean active;
    private long turn;
    private @Nullable RequestHead head;
    private boolean headKept;
    private Route route = Route.NONE;
    private int nextFilter;
    private @Nullable Cluster cluster;
    private @Nullable Endpoint endpoint;
    private long value64;
    private boolean waitedForChecks;
    private boolean sentAgain;

    // Of the request, when its head is gone.
    private boolean idempotent;
    private boolean requestSent;
    private boolean bodySent;
    private boolean takesBody;

    HttpStream(HttpServing serving, HttpConnectionHandler connection) {
        this.serving = serving;
        this.connection = connection;
        this.record = new StreamRecord(serving, connection);
        this.response = new DownstreamResponse(connection, record);
        this.exchange = new UpstreamExchange(serving, this, connection.channel().alloc());
        this.timer = serving.loop().newTimer(this::timedOut);
    }

    // ---- the steps

    /** A request begins; its body follows by {@link #requestBody}, if it has one. */
    void begin(RequestHead request, boolean plainPath, int headBytes) {
        reset();
        head = request;
        response.expect(request);
        idempotent = request.method().idempotent();
        requestSent = request.bodyLength() == 0;
        record.begin(request, headBytes);
        HttpSpec spec = serving.spec();
        if (spec.normalizePath() && !plainPath && !NormalPath.apply(request)) {
            refuse(Failure.BAD_PATH);
            return;
        }
        if (request.bodyLength() > spec.bodyBytesMax()) {
            refuse(Failure.BODY_TOO_LARGE);
            return;
        }
        ClientAddress client = connection.client();
        boolean trusted = spec.trustedProxies().contains(client.address());
        record.client(request, spec, trusted);
        ForwardedFields.apply(request, spec, client, trusted, serving.loop());
        record.requestId(request);
        route(request);
    }

    private void reset() {
        active = true;
        turn++;
        headKept = false;
        route = Route.NONE;
        cluster = null;
        endpoint = null;
        waitedForChecks = false;
        sentAgain = false;
        requestSent = false;
        bodySent = false;
        takesBody = false;
        response.reset();
    }

    private void route(RequestHead request) {
        record.phase(Phase.ROUTE);
        route = serving.routes().match(request);
        record.route(route);
        filter(0);
    }

    private void filter(int from) {
        FilterChain filters = route.filters();
        for (int i = from; i < filters.size(); i++) {
            record.phase(Phase.FILTER);
            nextFilter = i + 1;
            if (filters.at(i).request(request(), this) == HttpFilter.Verdict.LATER) {
                keepHead();
                return;
            }
        }
        act();
    }

    private void act() {
        switch (route.action()) {
            case RouteAction.Forward forward -> forward(forward);
            case RouteAction.Redirect redirect -> reply(LocalReply.of(redirect, request()));
            case RouteAction.Reply reply -> reply(LocalReply.of(reply));
            case RouteAction.NotFound none -> refuse(Failure.NO_ROUTE);
        }
    }

    private void forward(RouteAction.Forward forward) {
        long totalNanos = forward.timeouts().totalNanos();
        if (totalNanos > 0) {
            totalTimer().arm(totalNanos);
        }
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
            refuse(Failure.NO_HEALTHY_ENDPOINT);
            return;
        }
        waitedForChecks = true;
        keepHead();
        long waitingTurn = turn;
        from.whenChecked(
                serving.loop(),
                () -> {
                    if (turn == waitingTurn && active) {
                        pick(from, avoid);
                    }
                });
    }

    private void connect(Cluster from, Endpoint to) {
        record.phase(Phase.CONNECT);
        endpoint = to;
        record.attempt(to);
        exchange.start(from.pool(serving.loop(), to));
        if (exchange.connecting()) {
            keepHead();
        }
    }

    /** The exchange has its connection. */
    void connected() {
        record.phase(Phase.SEND);
        record.connected();
        exchange.sendHead(idempotent && !bodySent);
        if (requestSent) {
            awaitResponse();
        }
        takesBody = !requestSent;
        if (!connection.inRead()) {
            // Was held back while connecting.
            connection.advance();
            exchange.flush();
        }
    }

    ByteBuf encodeHead(ByteBufAllocator allocator) {
        ByteBuf bytes = Http1Encoder.request(allocator, request(), 0);
        record.sentUpstream(bytes.readableBytes());
        return bytes;
    }

    private void awaitResponse() {
        if (!response.begun()) {
            timer.arm(timeouts().responseHeadNanos());
        }
    }

    /** Whether {@link #requestBody} may be called now. */
    boolean takesBody() {
        return takesBody && exchange.writable();
    }

    /** Part of the body, framing included. */
    void requestBody(ByteBuf bytes, boolean last) {
        bodySent = true;
        record.requestBody(bytes.readableBytes());
        exchange.forgetRequest();
        exchange.write(bytes);
        upstreamProgress();
        if (last) {
            takesBody = false;
            requestSent = true;
            awaitResponse();
        }
        if (!connection.inRead()) {
            exchange.flush();
        }
    }

    /** A response before the response: 100, 103 and so on. */
    void interim(ResponseHead head) {
        if (response.interim(head)) {
            record.interim(head.status());
        }
    }

    /** Decides in which form the body of a response is passed on. */
    void responseBegins(long bodyLength) {
        response.form(bodyLength);
    }

    /**
     * The response begins.
     *
     * @return its encoded head with room for {@code bodyBytes}, to be passed to {@link #write}
     */
    ByteBuf responseHead(ResponseHead head, int bodyBytes) {
        record.phase(Phase.RESPOND);
        record.responseHead(head.status());
        timer.arm(timeouts().idleNanos());
        route.filters().response(head);
        return response.begin(head, bodyBytes);
    }

    /** Part of the response body, in the form that {@link #wantsContent} asks for. */
    void responseBody(ByteBuf bytes) {
        response.body(bytes);
        holdBack();
    }

    /** The response is complete and the exchange over. */
    void responseEnd() {
        response.end();
        finish(null);
        connection.ended(response.ending());
    }

    // ---- other ways to end

    /** The upstream took the upgrade: both connections become a tunnel. */
    void switched(ResponseHead head) {
        record.phase(Phase.RESPOND);
        record.responseHead(head.status());
        route.filters().response(head);
        response.upgrade(head);
        disarm();
        active = false;
        SocketChannel upstream = exchange.detach();
        Tunnel.open(
                serving.loop(),
                connection,
                upstream,
                exchange.takeHeld(),
                timeouts().idleNanos(),
                record);
    }

    /** An attempt failed; its connection is gone. */
    void exchangeFailed(Failure failure) {
        record.attemptFailed(failure);
        timer.disarm();
        takesBody = false;
        if (!response.begun() && again(failure)) {
            return;
        }
        exchange.forgetRequest();
        refuse(failure);
    }

    private boolean again(Failure failure) {
        Cluster from = cluster;
        Endpoint last = endpoint;
        if (from == null || last == null) {
            return false;
        }
        if (failure.resend() == Failure.Resend.IF_REUSED) {
            if (sentAgain || bodySent || !exchange.canSendAgain()) {
                return false;
            }
            sentAgain = true;
            record.phase(Phase.CONNECT);
            exchange.startAnew(from.pool(serving.loop(), last));
            return true;
        }
        if (!(route.action() instanceof RouteAction.Forward forward)
                || !forward.retry().again(failure, record.attempts())) {
            return false;
        }
        record.retry();
        pick(from, last);
        return true;
    }

    /** Ends the request with a reply of the node's own, or by a reset if the response has begun. */
    @Override
    public void refuse(Failure failure) {
        if (!active) {
            reset();
            record.beginRefused();
        }
        stopExchange();
        if (response.begun()) {
            finish(failure);
            connection.ended(HttpConnectionHandler.Ending.ABORT);
            return;
        }
        record.failure(failure);
        reply(LocalReply.of(failure, serving.spec().additions().reason()));
    }

    private void reply(LocalReply reply) {
        ResponseHead head = serving.localHead();
        reply.fill(head);
        route.filters().response(head);
        record.localReply(reply.status());
        response.local(head, reply.body());
        finish(null);
        connection.ended(response.ending());
    }

    /** The client is gone, or is about to be cut off: nothing more is written. */
    void cancel(Failure failure) {
        if (active) {
            stopExchange();
            finish(failure);
        }
    }

    private void stopExchange() {
        takesBody = false;
        if (!exchange.abort()) {
            exchange = new UpstreamExchange(serving, this, connection.channel().alloc());
        }
    }

    private void finish(@Nullable Failure failure) {
        active = false;
        disarm();
        exchange.forgetRequest();
        record.end(failure);
        head = null;
        takesBody = false;
    }

    // ---- time

    private ExchangeTimeouts timeouts() {
        RouteAction.Forward forward = (RouteAction.Forward) route.action();
        return forward.timeouts();
    }

    private Timer totalTimer() {
        Timer total = totalTimer;
        if (total == null) {
            total = serving.loop().newTimer(() -> refuseIfActive(Failure.TOTAL_TIMEOUT));
            totalTimer = total;
        }
        return total;
    }

    private void timedOut() {
        refuseIfActive(Failure.UPSTREAM_TIMEOUT);
    }

    private void refuseIfActive(Failure failure) {
        if (active) {
            record.attemptFailed(failure);
            refuse(failure);
        }
    }

    private void disarm() {
        timer.disarm();
        if (totalTimer != null) {
            totalTimer.disarm();
        }
    }

    /** The connection is closed for good. */
    void closed() {
        timer.cancel();
        if (totalTimer != null) {
            totalTimer.cancel();
        }
    }

    /** Bytes moved: the idle timeout begins anew. */
    void upstreamProgress() {
        if (response.begun()) {
            timer.arm(timeouts().idleNanos());
        }
    }

    // ---- flow of bytes

    /** Writes to the client. */
    void write(ByteBuf bytes) {
        response.write(bytes);
        holdBack();
    }

    // A client that does not take its bytes stops the reading of the upstream.
    private void holdBack() {
        if (!connection.channel().isWritable()) {
            connection.flush();
            exchange.read(connection.channel().isWritable());
        }
    }

    void upstreamReadComplete() {
        connection.flush();
    }

    void downstreamWritable() {
        if (active) {
            upstreamProgress();
            exchange.read(true);
        }
    }

    void upstreamWritable() {
        connection.advance();
        exchange.flush();
    }

    void flushUpstream() {
        exchange.flush();
    }

    // ---- what the exchange asks

    Answered answered() {
        return response.answered();
    }

    boolean requestSent() {
        return requestSent;
    }

    boolean passesAsIs() {
        return response.passesAsIs();
    }

    boolean wantsContent() {
        return response.wantsContent();
    }

    // ---- what the connection asks

    boolean responding() {
        return response.begun();
    }

    /** Whether the connection closes though the client would have kept it. */
    boolean closesUnasked() {
        return response.clientKeepAlive();
    }

    // ---- a filter that finishes later

    private RequestHead request() {
        return Objects.requireNonNull(head);
    }

    private void keepHead() {
        RequestHead current = head;
        if (!headKept && current != null) {
            head = current.copy();
            headKept = true;
        }
    }

    @Override
    public RequestHead head() {
        return request();
    }

    @Override
    public void proceed() {
        if (active) {
            filter(nextFilter);
        }
    }
}
