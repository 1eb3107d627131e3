package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.l7.filter.FilterChain;
import io.sluice.dataplane.l7.filter.HttpFilter;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.message.ResponseHead;
import io.sluice.dataplane.l7.route.Route;
import io.sluice.dataplane.l7.route.RouteAction;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.Phase;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/**
 * One request, from its head to its line in the access log: the methods below are its steps, in
 * their order; {@link Forwarding} takes those that go to an upstream. Knows no version of HTTP: see
 * {@link Downstream} and {@link UpstreamExchange}. Used for one request after the other. Of its
 * loop's thread.
 *
 * <p>A step that cannot go on returns; whoever it waits for calls the next one. The head is the
 * loop's until a step has to wait, then a copy.
 */
final class HttpStream implements HttpFilter.Waiting {
    private static final HeaderName HSTS = HeaderName.of("Strict-Transport-Security");

    private final HttpServing serving;
    private final Downstream downstream;
    private final StreamRecord record;
    private final GrpcCall grpc = new GrpcCall();
    private final Forwarding forwarding;

    private boolean active;
    private long turn;
    private @Nullable RequestHead head;
    private boolean headKept;
    private boolean headTakenBack;
    private boolean secure;
    private Route route = Route.NONE;
    private int nextFilter;

    HttpStream(HttpServing serving, Downstream downstream, ByteBufAllocator allocator) {
        this.serving = serving;
        this.downstream = downstream;
        this.record = new StreamRecord(serving, downstream);
        this.forwarding = new Forwarding(serving, this, downstream, record, grpc, allocator);
    }

    // ---- the steps

    /** A request begins; its body follows by {@link #requestBody}, if it has one. */
    void begin(RequestHead request, boolean plainPath, int headBytes) {
        reset();
        head = request;
        grpc.begin(request, serving.spec().grpcWeb());
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
        if (ForwardingBounds.tracesContent(request)) {
            refuse(Failure.BAD_REQUEST);
            return;
        }
        if (ForwardingBounds.goesInCircles(request)) {
            refuse(Failure.LOOP_DETECTED);
            return;
        }
        LocalReply last = ForwardingBounds.last(request);
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
        secure = false;
        route = Route.NONE;
        grpc.none();
        forwarding.reset();
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
            if (filters.at(i).request(head(), this) == HttpFilter.Verdict.LATER) {
                keepHead();
                return;
            }
        }
        act();
    }

    @Override
    public void proceed() {
        if (active) {
            filter(nextFilter);
        }
    }

    private void act() {
        switch (route.action()) {
            case RouteAction.Forward forward -> forwarding.begin(head(), route, forward);
            case RouteAction.Redirect redirect -> reply(LocalReply.of(redirect, head(), secure));
            case RouteAction.Reply reply -> reply(LocalReply.of(reply));
            case RouteAction.NotFound none -> refuse(Failure.NO_ROUTE);
        }
    }

    /** Lets the route, and the listener, have their way with the head of a response. */
    void edit(ResponseHead head) {
        route.filters().response(head);
        byte[] hsts = serving.spec().https().hsts();
        if (hsts.length > 0 && secure && !head.fields().contains(HSTS)) {
            head.fields().add(HSTS, hsts);
        }
        // RFC 9110 section 6.6.1; one of 1xx needs none.
        if (serving.spec().additions().date()
                && head.status() >= 200
                && !head.fields().contains(HeaderName.DATE)) {
            head.fields().add(HeaderName.DATE, serving.date());
        }
    }

    // ---- the end

    /** The response is complete. */
    void responded() {
        finish(null);
        downstream.ended();
    }

    /** Ends the request with a reply of the node's own, or by a reset if the response has begun. */
    @Override
    public void refuse(Failure failure) {
        if (!active) {
            reset();
            record.beginRefused();
        }
        forwarding.stop();
        if (responding()) {
            finish(failure);
            downstream.abort(failure);
            return;
        }
        record.failure(failure);
        reply(LocalReply.of(failure, serving.spec().additions().reason()), failure.grpcStatus());
    }

    private void reply(LocalReply reply) {
        reply(reply, Failure.grpcStatus(reply.status()));
    }

    private void reply(LocalReply toHttp, int grpcStatus) {
        LocalReply reply = toHttp;
        if (grpc.present() && toHttp.status() >= 400) {
            reply = GrpcReply.of(toHttp, grpcStatus, grpc.contentType());
        }
        ResponseHead head = serving.localHead();
        reply.fill(head);
        record.grpcStatus(grpc.status(head.fields()));
        edit(head);
        record.localReply(reply.status());
        downstream.reply(head, reply.body());
        responded();
    }

    /** A head came that makes no request; nothing is sent. */
    void reject(Failure failure) {
        reset();
        record.beginRefused();
        finish(failure);
    }

    /** The client is gone, or is about to be cut off: nothing more is written. */
    void cancel(Failure failure) {
        if (active) {
            forwarding.stop();
            finish(failure);
        }
    }

    private void finish(@Nullable Failure failure) {
        active = false;
        forwarding.finish();
        record.end(failure);
        leaveHead();
    }

    private void leaveHead() {
        RequestHead current = head;
        head = null;
        if (headKept && current != null) {
            headKept = false;
            if (headTakenBack) {
                serving.keptHeads().giveBack(current);
            }
        }
    }

    /** A tunnel has the connection, and the record. */
    void detached() {
        active = false;
    }

    /** The connection is closed for good. */
    void closed() {
        forwarding.closed();
    }

    // ---- the head

    @Override
    public RequestHead head() {
        return Objects.requireNonNull(head);
    }

    /** Makes the head outlive the event that brought it. */
    void keepHead() {
        RequestHead current = head;
        if (!headKept && current != null) {
            head = serving.keptHeads().copy(current);
            headKept = true;
            headTakenBack = KeptHeads.takesBack(current);
        }
    }

    boolean headKept() {
        return headKept;
    }

    // ---- what the client's side asks and tells; see Forwarding

    /** Whether a request is under way. */
    boolean active() {
        return active;
    }

    /** Where the request goes; null while that is not decided. */
    @Nullable Cluster cluster() {
        return record.cluster();
    }

    /** The endpoint that has it; null while there is none. */
    @Nullable Endpoint endpoint() {
        return record.endpoint();
    }

    /** The connection to it; null while there is none. */
    @Nullable SocketChannel upstream() {
        return forwarding.upstream();
    }

    /** The route's name and the rule's; empty while there is none. */
    String rule() {
        return record.rule();
    }

    /** Whether the response's head was passed on. */
    boolean responding() {
        return forwarding.responding();
    }

    /** Whether {@link #requestBody} may be called now. */
    boolean takesBody() {
        return forwarding.takesBody();
    }

    /** Whether a request body of unknown length is wanted in {@link BodyForm#CHUNKS}. */
    boolean takesChunks() {
        return forwarding.takesChunks();
    }

    /** Part of the body. */
    void requestBody(ByteBuf bytes, boolean last) {
        forwarding.requestBody(bytes, last);
    }

    /**
     * The body ends.
     *
     * @param trailers null if there are none
     */
    void requestEnd(@Nullable Fields trailers) {
        forwarding.requestEnd(trailers);
    }

    void flushUpstream() {
        forwarding.flush();
    }

    /** The client takes bytes again. */
    void downstreamWritable() {
        if (active) {
            forwarding.downstreamWritable();
        }
    }

    /** So many bytes are on their way to the client. */
    void sentDownstream(int bytes) {
        record.sentDownstream(bytes);
    }

    // ---- what Forwarding asks and tells

    /** Counts the requests of this stream. */
    long turn() {
        return turn;
    }

    /** Whether that request is still under way. */
    boolean active(long thatTurn) {
        return active && turn == thatTurn;
    }

    /** Whatever becomes of the route, it is needed no more. */
    void leaveRoute() {
        route = Route.NONE;
    }
}
