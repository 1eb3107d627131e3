package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.l7.message.ResponseHead;
import io.sluice.dataplane.l7.route.RetryPolicy;
import io.sluice.dataplane.l7.route.Route;
import io.sluice.dataplane.net.Failure;

import org.jspecify.annotations.Nullable;

/**
 * Whether a stream may send its request again, by the route's {@link RetryPolicy}, its budget and
 * what was kept of the request. Used for one request after the other, on its loop's thread.
 */
final class Resending {
    private final HttpServing serving;
    private final StreamRecord record;
    private final KeptBody keptBody = new KeptBody();
    private RetryPolicy policy = RetryPolicy.NONE;
    private Route route = Route.NONE;
    private boolean idempotent;
    private boolean hasBody;
    private boolean bodySent;

    // Whether anything may be in keptBody.
    private boolean keeps;

    // On a new connection instead of one that turned out dead, which is no attempt.
    private boolean replaced;
    private boolean headAgain;

    Resending(HttpServing serving, StreamRecord record) {
        this.serving = serving;
        this.record = record;
    }

    /** Forgets the request before. */
    void reset() {
        policy = RetryPolicy.NONE;
        route = Route.NONE;
        bodySent = false;
        replaced = false;
        headAgain = false;
    }

    /** A request is about to be sent for the first time. */
    void begin(RequestHead request, Route taken, RetryPolicy retry) {
        policy = retry;
        route = taken;
        idempotent = request.method().idempotent();
        hasBody = request.bodyLength() != 0;
        if (retry.sendsAgain()) {
            serving.meters().budget(taken).request(retry.budgetPercent());
            keepBody();
        }
    }

    private void keepBody() {
        if (hasBody) {
            keeps = true;
            keptBody.start();
        }
    }

    boolean idempotent() {
        return idempotent;
    }

    /**
     * A head is about to be sent: keeps the body that follows where it may have to be sent again.
     *
     * @return whether the head is to be kept for that as well
     */
    boolean begins(UpstreamExchange exchange) {
        if (record.attempts() >= policy.attemptsMax()) {
            return false;
        }
        if (policy.sendsAgain()) {
            return true;
        }
        boolean mayRefuse = policy.onConnect() && exchange.mayRefuse();
        if (mayRefuse && !bodySent) {
            keepBody();
        }
        return mayRefuse;
    }

    /** Part of the body is about to be sent. */
    void body(ByteBuf bytes) {
        bodySent = true;
        if (keeps) {
            keptBody.add(bytes);
        }
    }

    /** The body is about to end. */
    void end(@Nullable Fields trailers) {
        bodySent = true;
        if (keeps) {
            keptBody.end(trailers);
        }
    }

    /**
     * Sends what was sent of the body before.
     *
     * @param ended whether that is all of it
     */
    void sendBody(UpstreamExchange exchange, boolean ended) {
        if (bodySent) {
            keptBody.send(exchange, ended);
        }
    }

    /** The response has begun: none of the body is needed any more. */
    void forgetBody() {
        if (keeps) {
            keeps = false;
            keptBody.drop();
        }
    }

    /**
     * Goes on with a new connection to the same endpoint, once, where a reused one turned out dead
     * (RFC 9112 section 9.3.1): {@link #takeHeadAgain} follows.
     *
     * @param headKept whether the head could be sent in another version of HTTP as well
     * @return false if that is not what happened
     */
    boolean onNewConnection(Failure failure, UpstreamExchange exchange, boolean headKept) {
        if (failure.resend() != Failure.Resend.IF_REUSED
                || replaced
                || bodySent
                || !exchange.startAgain(!headKept)) {
            return false;
        }
        replaced = true;
        headAgain = true;
        return true;
    }

    /** Whether {@link #takeHeadAgain} is to follow. */
    boolean awaitsHeadAgain() {
        return headAgain;
    }

    /** Whether the head is the one that the exchange has kept. */
    boolean takeHeadAgain() {
        boolean again = headAgain;
        headAgain = false;
        return again;
    }

    /** Whether another attempt may follow a failed one; takes it out of the budget. */
    boolean mayAfter(Failure failure) {
        return bodyThere()
                && policy.again(failure, record.attempts(), idempotent)
                && (failure.resend() == Failure.Resend.ALWAYS || takeFromBudget());
    }

    /**
     * Whether another attempt may follow one that brought this response; takes it out of the
     * budget.
     *
     * @param whole whether there is no body
     */
    boolean mayAfter(ResponseHead response, boolean whole) {
        if (!policy.sendsAgain() || !bodyThere()) {
            return false;
        }
        int grpcStatus = whole ? GrpcStatus.of(response.fields()) : GrpcStatus.NONE;
        return policy.again(response.status(), grpcStatus, record.attempts(), idempotent)
                && takeFromBudget();
    }

    private boolean bodyThere() {
        return !bodySent || (keeps && keptBody.complete());
    }

    private boolean takeFromBudget() {
        return serving.meters().budget(route).take();
    }

    /** The stream's own copy of the head is sent, not the one that the exchange has kept. */
    void forgetHeadAgain() {
        headAgain = false;
    }

    /** How long to wait before the next attempt, where something may have been sent. */
    long delayNanos() {
        return policy.delayNanos(record.attempts(), serving.loop().random64());
    }
}
