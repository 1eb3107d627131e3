package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.l7.codec.ResponseParser.Answered;
import io.sluice.dataplane.l7.filter.FilterChain;
import io.sluice.dataplane.l7.filter.HttpFilter;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.message.Method;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.message.ResponseHead;
import io.sluice.dataplane.l7.route.ExchangeTimeouts;
import io.sluice.dataplane.l7.route.RetryPolicy;
import io.sluice.dataplane.l7.route.Route;
import io.sluice.dataplane.l7.route.RouteAction;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.Phase;
import io.sluice.dataplane.net.Timer;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/**
 * One request, from its head to its line in the access log: the methods below are its steps, in
 * their order. Knows no version of HTTP: see {@link Downstream} and {@link UpstreamExchange}. Used
 * for one request after the other. Of its loop's thread.
 *
 * <p>A step that cannot go on returns; whoever it waits for calls the next one. The head is the
 * loop's until a step has to wait, then a copy.
 */
final class HttpStream implements ExchangeUser, HttpFilter.Waiting {
    private static final HeaderName HSTS = HeaderName.of("Strict-Transport-Security");

    private final HttpServing serving;
    private final Downstream downstream;
    private final ByteBufAllocator allocator;
    private final StreamRecord record;
    private final Timer timer;
    private Http1Exchange http1;
    private @Nullable Http2Exchange http2;
    private UpstreamExchange exchange;
    private @Nullable Timer totalTimer;
    private @Nullable Timer tryTimer;
    private final KeptBody keptBody = new KeptBody();
    private RetryPolicy retry = RetryPolicy.NONE;

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
    private boolean secure;
    private boolean headRequest;
    private boolean webSocket;
    private boolean idempotent;
    private boolean hasBody;
    private boolean requestSent;
    private boolean bodySent;
    private boolean resendsHead;
    private boolean backingOff;
    private boolean takesBody;
    private boolean responding;
    private boolean tunnel;
    private long idleNanos;

    HttpStream(HttpServing serving, Downstream downstream, ByteBufAllocator allocator) {
        this.serving = serving;
        this.downstream = downstream;
        this.record = new StreamRecord(serving, downstream);
        this.allocator = allocator;
        this.http1 = new Http1Exchange(serving, this, allocator);
        this.exchange = http1;
        this.timer = serving.loop().newTimer(this::timedOut);
    }

    // ---- the steps

    /** A request begins; its body follows by {@link #requestBody}, if it has one. */
    void begin(RequestHead request, boolean plainPath, int headBytes) {
        reset();
        head = request;
        headRequest = request.method() == Method.HEAD;
        webSocket = request.webSocket();
        idempotent = request.method().idempotent();
        hasBody = request.bodyLength() != 0;
        requestSent = !hasBody;
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
        LocalReply last = MaxForwards.apply(request);
        if (last != null) {
            reply(last);
            return;
        }
        ClientAddress client = downstream.client();
        boolean trusted = spec.trustedProxies().contains(client.address());
        record.client(request, spec, trusted);
        ForwardedFields.apply(request, spec, client, trusted, serving.loop());
        record.requestId(request);
        secure = client.secure() || (trusted && ForwardedFields.saysHttps(request));
        if (spec.https().redirect() && !secure) {
            toHttps(request, spec.https());
            return;
        }
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
        resendsHead = false;
        backingOff = false;
        retry = RetryPolicy.NONE;
        requestSent = false;
        bodySent = false;
        takesBody = false;
        responding = false;
        secure = false;
        tunnel = false;
    }

    private void toHttps(RequestHead request, HttpSpec.Https https) {
        if (request.authorityEnd() == request.authorityStart()) {
            refuse(Failure.BAD_HOST);
            return;
        }
        reply(LocalReply.toHttps(request, https.port()));
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
            case RouteAction.Redirect redirect -> reply(LocalReply.of(redirect, request(), secure));
            case RouteAction.Reply reply -> reply(LocalReply.of(reply));
            case RouteAction.NotFound none -> refuse(Failure.NO_ROUTE);
        }
    }

    private void forward(RouteAction.Forward forward) {
        long totalNanos = forward.timeouts().totalNanos();
        if (totalNanos > 0) {
            totalTimer().arm(totalNanos);
        }
        retry = forward.retry();
        if (retry.sendsAgain()) {
            serving.meters().budget(route).request(retry.budgetPercent());
            keptBody.start(hasBody);
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
        long tryNanos = timeouts().perTryNanos();
        if (tryNanos > 0) {
            tryTimer().arm(tryNanos);
        }
        exchange = exchangeTo(from);
        exchange.start(from, to);
        if (exchange.connecting()) {
            keepHead();
        }
    }

    private UpstreamExchange exchangeTo(Cluster to) {
        return switch (to.protocol(serving.loop())) {
            case HTTP1 -> http1;
            case H2 -> http2();
        };
    }

    private Http2Exchange http2() {
        Http2Exchange known = http2;
        if (known == null) {
            known = new Http2Exchange(serving, this, allocator);
            http2 = known;
        }
        return known;
    }

    @Override
    public void connected() {
        record.phase(Phase.SEND);
        record.connected();
        if (resendsHead) {
            resendsHead = false;
            exchange.headAgain();
        } else {
            sendHead();
        }
        if (bodySent) {
            keptBody.send(exchange, requestSent);
        }
        if (requestSent) {
            awaitResponse();
        }
        takesBody = !requestSent;
        if (!downstream.inRead()) {
            // Was held back while connecting.
            downstream.advance();
            exchange.flush();
        }
    }

    private void sendHead() {
        if (exchange.mayRefuse() || retry.sendsAgain()) {
            keepHead();
        }
        boolean chunks = downstream.givesChunks() && exchange.takesChunks();
        BodyForm form = chunks ? BodyForm.CHUNKS : BodyForm.CONTENT;
        exchange.head(request(), form, !hasBody, idempotent);
    }

    @Override
    public void headSent(int bytes) {
        record.sentUpstream(bytes);
    }

    private void awaitResponse() {
        if (!responding) {
            timer.arm(timeouts().responseHeadNanos());
        }
    }

    /** Whether {@link #requestBody} may be called now. */
    boolean takesBody() {
        return takesBody && exchange.writable();
    }

    /** Whether a request body of unknown length is wanted in {@link BodyForm#CHUNKS}. */
    boolean takesChunks() {
        return exchange.takesChunks();
    }

    /** Part of the body. */
    void requestBody(ByteBuf bytes, boolean last) {
        bodySent = true;
        record.requestBody(bytes.readableBytes());
        keptBody.add(bytes);
        exchange.body(bytes, last);
        upstreamProgress();
        if (last) {
            requestSent();
        }
        if (!downstream.inRead()) {
            exchange.flush();
        }
    }

    /**
     * The body ends.
     *
     * @param trailers null if there are none
     */
    void requestEnd(@Nullable Fields trailers) {
        bodySent = true;
        keptBody.end(trailers);
        exchange.end(trailers);
        requestSent();
        if (!downstream.inRead()) {
            exchange.flush();
        }
    }

    private void requestSent() {
        takesBody = false;
        requestSent = true;
        if (!tunnel) {
            awaitResponse();
        }
    }

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
        if (retry.sendsAgain() && again(head, last)) {
            if (first != null) {
                first.release();
            }
            return;
        }
        keptBody.drop();
        record.phase(Phase.RESPOND);
        record.responseHead(head.status());
        disarmTry();
        idleNanos = timeouts().idleNanos();
        timer.arm(idleNanos);
        edit(head);
        responding = true;
        downstream.head(head, form, first, last);
        passed(last);
    }

    private void edit(ResponseHead head) {
        route.filters().response(head);
        byte[] hsts = serving.spec().https().hsts();
        if (hsts.length > 0 && secure && !head.fields().contains(HSTS)) {
            head.fields().add(HSTS, hsts);
        }
    }

    @Override
    public void responseBody(ByteBuf bytes, boolean last) {
        downstream.body(bytes, last);
        passed(last);
    }

    @Override
    public void responseEnd(@Nullable Fields trailers) {
        downstream.end(trailers);
        passed(true);
    }

    private void passed(boolean last) {
        if (!last) {
            holdBack();
            return;
        }
        finish(null);
        downstream.ended();
    }

    // ---- other ways to end

    @Override
    public void switched(ResponseHead head) {
        record.phase(Phase.RESPOND);
        record.responseHead(head.status());
        edit(head);
        responding = true;
        idleNanos = timeouts().idleNanos();
        downstream.upgrade(head);
        disarm();
        if (downstream.detachable() && exchange.detachable()) {
            active = false;
            Tunnel.open(serving.loop(), downstream, exchange.detach(), idleNanos, record);
            return;
        }
        // Whatever the next snapshot brings, it runs on.
        route = Route.NONE;
        tunnel = true;
        requestSent = false;
        takesBody = true;
        exchange.beginTunnel();
        downstream.beginTunnel();
        timer.arm(idleNanos);
        downstream.advance();
    }

    @Override
    public void exchangeFailed(Failure failure) {
        record.attemptFailed(failure);
        timer.disarm();
        disarmTry();
        takesBody = false;
        if (!responding && again(failure)) {
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
        if (failure.resend() == Failure.Resend.IF_REUSED
                && !sentAgain
                && !bodySent
                && exchange.startAgain()) {
            sentAgain = true;
            resendsHead = true;
            record.phase(Phase.CONNECT);
            return true;
        }
        if ((bodySent && !keptBody.complete())
                || !retry.again(failure, record.attempts(), idempotent)) {
            return false;
        }
        boolean unsent = failure.resend() == Failure.Resend.ALWAYS;
        if (!unsent && !serving.meters().budget(route).take()) {
            return false;
        }
        retry(from, last, unsent ? 0 : backoffNanos());
        return true;
    }

    // The response is thrown away, and the request sent elsewhere.
    private boolean again(ResponseHead response, boolean last) {
        Cluster from = cluster;
        Endpoint to = endpoint;
        int grpcStatus = last ? GrpcStatus.of(response.fields()) : GrpcStatus.NONE;
        if (from == null
                || to == null
                || (bodySent && !keptBody.complete())
                || !retry.again(response.status(), grpcStatus, record.attempts(), idempotent)
                || !serving.meters().budget(route).take()) {
            return false;
        }
        stopExchange();
        timer.disarm();
        disarmTry();
        retry(from, to, backoffNanos());
        return true;
    }

    private long backoffNanos() {
        return retry.delayNanos(record.attempts(), serving.loop().random64());
    }

    private void retry(Cluster from, Endpoint last, long delayNanos) {
        record.retry();
        if (headKept) {
            resendsHead = false;
        }
        if (delayNanos == 0) {
            pick(from, last);
            return;
        }
        record.phase(Phase.PICK);
        backingOff = true;
        timer.arm(delayNanos);
    }

    /** Ends the request with a reply of the node's own, or by a reset if the response has begun. */
    @Override
    public void refuse(Failure failure) {
        if (!active) {
            reset();
            record.beginRefused();
        }
        stopExchange();
        if (responding) {
            finish(failure);
            downstream.abort(failure);
            return;
        }
        record.failure(failure);
        reply(LocalReply.of(failure, serving.spec().additions().reason()));
    }

    /** A head came that makes no request; nothing is sent. */
    void reject(Failure failure) {
        reset();
        record.beginRefused();
        finish(failure);
    }

    private void reply(LocalReply reply) {
        ResponseHead head = serving.localHead();
        reply.fill(head);
        edit(head);
        record.localReply(reply.status());
        downstream.reply(head, reply.body());
        finish(null);
        downstream.ended();
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
            http1 = new Http1Exchange(serving, this, allocator);
            exchange = http1;
        }
    }

    private void finish(@Nullable Failure failure) {
        active = false;
        disarm();
        exchange.forgetRequest();
        keptBody.drop();
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
        if (backingOff) {
            backingOff = false;
            pick(Objects.requireNonNull(cluster), endpoint);
        } else if (active && !responding) {
            attemptTimedOut();
        } else {
            refuseIfActive(tunnel ? Failure.IDLE_TIMEOUT : Failure.UPSTREAM_TIMEOUT);
        }
    }

    private void attemptTimedOut() {
        if (active && !responding) {
            stopExchange();
            exchangeFailed(Failure.UPSTREAM_TIMEOUT);
        }
    }

    private Timer tryTimer() {
        Timer known = tryTimer;
        if (known == null) {
            known = serving.loop().newTimer(this::attemptTimedOut);
            tryTimer = known;
        }
        return known;
    }

    private void disarmTry() {
        if (tryTimer != null) {
            tryTimer.disarm();
        }
    }

    private void refuseIfActive(Failure failure) {
        if (active) {
            record.attemptFailed(failure);
            refuse(failure);
        }
    }

    private void disarm() {
        timer.disarm();
        backingOff = false;
        disarmTry();
        if (totalTimer != null) {
            totalTimer.disarm();
        }
    }

    /** The connection is closed for good. */
    void closed() {
        timer.cancel();
        if (tryTimer != null) {
            tryTimer.cancel();
        }
        if (totalTimer != null) {
            totalTimer.cancel();
        }
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
            exchange.read(downstream.writable());
        }
    }

    /** So many bytes are on their way to the client. */
    void sentDownstream(int bytes) {
        record.sentDownstream(bytes);
    }

    @Override
    public void upstreamReadComplete() {
        downstream.flush();
    }

    void downstreamWritable() {
        if (active) {
            upstreamProgress();
            exchange.read(true);
        }
    }

    @Override
    public void upstreamWritable() {
        downstream.advance();
        exchange.flush();
    }

    void flushUpstream() {
        exchange.flush();
    }

    // ---- what the exchange asks

    @Override
    public Answered answered() {
        if (headRequest) {
            return Answered.HEAD;
        }
        return webSocket ? Answered.UPGRADE : Answered.OTHER;
    }

    @Override
    public boolean takesResponseChunks() {
        return downstream.takesChunks();
    }

    // ---- what the client's side asks

    /** Whether a request is under way. */
    boolean active() {
        return active;
    }

    /** Whether the response's head was passed on. */
    boolean responding() {
        return responding;
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
