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
import io.sluice.dataplane.l7.message.BodyLength;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.Method;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.message.ResponseHead;
import io.sluice.dataplane.l7.route.ExchangeTimeouts;
import io.sluice.dataplane.l7.route.Route;
import io.sluice.dataplane.l7.route.RouteAction;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.Phase;
import io.sluice.dataplane.net.Timer;
import io.sluice.proto.resource.rules.PathNormalizer;

import org.jspecify.annotations.Nullable;

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
    private boolean headRequest;
    private boolean webSocket;
    private boolean idempotent;
    private boolean clientKeepAlive;
    private int clientMinorVersion;
    private boolean requestSent;
    private boolean bodySent;
    private boolean takesBody;

    // Of the response.
    private boolean responding;
    private boolean stays;
    private BodyForm bodyForm = BodyForm.AS_IS;

    /** How the body of a response is passed on. */
    private enum BodyForm {
        /** As it arrives, chunk framing included. */
        AS_IS,
        /** It ends with the upstream's connection; the client gets chunks. */
        INTO_CHUNKS,
        /** It comes in chunks; the client, of HTTP/1.0, gets their content. */
        OUT_OF_CHUNKS
    }

    HttpStream(HttpServing serving, HttpConnectionHandler connection) {
        this.serving = serving;
        this.connection = connection;
        this.record = new StreamRecord(serving, connection);
        this.exchange = new UpstreamExchange(serving, this, connection.channel().alloc());
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
        clientKeepAlive = request.keepAlive();
        clientMinorVersion = request.minorVersion();
        requestSent = request.bodyLength() == 0;
        record.begin(request, headBytes);
        HttpSpec spec = serving.spec();
        if (spec.normalizePath() && !plainPath && !normalizePath(request)) {
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
        headRequest = false;
        webSocket = false;
        clientKeepAlive = false;
        clientMinorVersion = 1;
        requestSent = false;
        bodySent = false;
        takesBody = false;
        responding = false;
        stays = false;
        bodyForm = BodyForm.AS_IS;
    }

    private static boolean normalizePath(RequestHead head) {
        Fields fields = head.fields();
        fields.reserve(head.pathEnd() - head.pathStart());
        byte[] bytes = fields.bytes();
        int at = fields.used();
        int length = PathNormalizer.normalize(bytes, head.pathStart(), head.pathEnd(), bytes, at);
        if (length == PathNormalizer.BAD) {
            return false;
        }
        fields.received(at + length);
        head.path(at, at + length);
        return true;
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
        if (!responding) {
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
    void interim(ResponseHead response) {
        if (clientMinorVersion == 0 || responding) {
            return;
        }
        record.interim(response.status());
        write(
                Http1Encoder.response(
                        connection.channel().alloc(),
                        response,
                        false,
                        Http1Encoder.Persistence.DEFAULT,
                        0));
    }

    /** Decides in which form the body of a response is passed on. */
    void responseBegins(long bodyLength) {
        if (bodyLength == BodyLength.UNTIL_CLOSE && clientMinorVersion > 0) {
            bodyForm = BodyForm.INTO_CHUNKS;
        } else if (bodyLength == BodyLength.CHUNKED && clientMinorVersion == 0) {
            bodyForm = BodyForm.OUT_OF_CHUNKS;
        } else {
            bodyForm = BodyForm.AS_IS;
        }
    }

    /**
     * The response begins.
     *
     * @return its encoded head with room for {@code bodyBytes}, to be passed to {@link #write}
     */
    ByteBuf responseHead(ResponseHead response, int bodyBytes) {
        record.phase(Phase.RESPOND);
        record.responseHead(response.status());
        responding = true;
        timer.arm(timeouts().idleNanos());
        route.filters().response(response);
        boolean endsByClose =
                clientMinorVersion == 0
                        && (response.bodyLength() == BodyLength.UNTIL_CLOSE
                                || response.bodyLength() == BodyLength.CHUNKED);
        stays = clientKeepAlive && connection.mayStay() && !endsByClose;
        boolean chunked = clientMinorVersion > 0 && response.bodyLength() < 0;
        return Http1Encoder.response(
                connection.channel().alloc(), response, chunked, persistence(), bodyBytes);
    }

    private Http1Encoder.Persistence persistence() {
        if (!stays) {
            return Http1Encoder.Persistence.CLOSE;
        }
        return clientMinorVersion == 0
                ? Http1Encoder.Persistence.KEEP_ALIVE
                : Http1Encoder.Persistence.DEFAULT;
    }

    /** Part of the response body, in the form that the client gets, but for chunks made here. */
    void responseBody(ByteBuf bytes) {
        if (bodyForm != BodyForm.INTO_CHUNKS) {
            write(bytes);
            return;
        }
        ByteBufAllocator allocator = connection.channel().alloc();
        write(Http1Encoder.chunkStart(allocator, bytes.readableBytes()));
        write(bytes);
        write(Http1Encoder.chunkEnd(allocator));
    }

    /** The response is complete and the exchange over. */
    void responseEnd() {
        if (bodyForm == BodyForm.INTO_CHUNKS) {
            write(Http1Encoder.lastChunk(connection.channel().alloc()));
        }
        stays &= connection.requestDone();
        finish(null);
        connection.ended(
                stays
                        ? HttpConnectionHandler.Ending.KEEP_ALIVE
                        : HttpConnectionHandler.Ending.CLOSE);
    }

    // ---- other ways to end

    /** The upstream took the upgrade: both connections become a tunnel. */
    void switched(ResponseHead response) {
        record.phase(Phase.RESPOND);
        record.responseHead(response.status());
        responding = true;
        route.filters().response(response);
        write(
                Http1Encoder.response(
                        connection.channel().alloc(),
                        response,
                        false,
                        Http1Encoder.Persistence.UPGRADE,
                        0));
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
        if (responding) {
            finish(failure);
            connection.ended(HttpConnectionHandler.Ending.ABORT);
            return;
        }
        record.failure(failure);
        reply(LocalReply.of(failure, serving.spec().additions().reason()));
    }

    private void reply(LocalReply reply) {
        ResponseHead response = serving.localHead();
        reply.fill(response);
        route.filters().response(response);
        stays = clientKeepAlive && connection.mayStay();
        record.localReply(reply.status());
        byte[] body = headRequest ? new byte[0] : reply.body();
        ByteBuf out =
                Http1Encoder.response(
                        connection.channel().alloc(), response, false, persistence(), body.length);
        out.writeBytes(body);
        write(out);
        finish(null);
        connection.ended(
                stays
                        ? HttpConnectionHandler.Ending.KEEP_ALIVE
                        : HttpConnectionHandler.Ending.CLOSE);
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
        if (responding) {
            timer.arm(timeouts().idleNanos());
        }
    }

    // ---- flow of bytes

    /** Writes to the client. */
    void write(ByteBuf bytes) {
        record.sentDownstream(bytes.readableBytes());
        connection.write(bytes);
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
        if (headRequest) {
            return Answered.HEAD;
        }
        return webSocket ? Answered.UPGRADE : Answered.OTHER;
    }

    boolean requestSent() {
        return requestSent;
    }

    boolean passesAsIs() {
        return bodyForm == BodyForm.AS_IS;
    }

    boolean wantsContent() {
        return bodyForm == BodyForm.OUT_OF_CHUNKS;
    }

    // ---- what the connection asks

    boolean responding() {
        return responding;
    }

    /** Whether the connection closes though the client would have kept it. */
    boolean closesUnasked() {
        return clientKeepAlive;
    }

    // ---- a filter that finishes later

    private RequestHead request() {
        RequestHead current = head;
        assert current != null;
        return current;
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
