package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;
import io.sluice.dataplane.l7.message.RequestHead;
import io.sluice.dataplane.net.Failure;

/**
 * The gRPC call that a stream carries, if it carries one: how long its client waits. Used for one
 * request after the other.
 *
 * <p>The upstream is told what is left when its attempt begins, so that it does not work on for a
 * client that has given up: less than the client said where the route allows less, or where the
 * call had to wait here.
 */
final class GrpcCall {
    private static final byte[] CONTENT_TYPE = Ascii.bytes("application/grpc");

    private final GrpcWeb web = new GrpcWeb();
    private boolean present;
    private long deadlineNanos;
    private long toldNanos;
    private Failure lateness = Failure.TOTAL_TIMEOUT;

    /**
     * Looks at a request; {@link #present} says what it is.
     *
     * @param grpcWeb whether calls of gRPC-Web are to be made such calls
     */
    void begin(RequestHead head, boolean grpcWeb) {
        if (grpcWeb && head.fields().contains(HeaderName.CONTENT_TYPE)) {
            web.begin(head);
        }
        present = carriedBy(head.fields());
        deadlineNanos = 0;
    }

    /** Nothing is known of the request. */
    void none() {
        present = false;
        web.none();
    }

    /** Whether the request is a gRPC call. */
    boolean present() {
        return present;
    }

    /** How the call ended, as these fields say; {@link GrpcStatus#NONE} if they do not. */
    int status(Fields fields) {
        return present ? GrpcStatus.of(fields) : GrpcStatus.NONE;
    }

    /** What the client gets and gives where that is not gRPC itself. */
    GrpcWeb web() {
        return web;
    }

    /** What the node's own replies have as content type. */
    byte[] contentType() {
        return web.present() ? web.contentType() : CONTENT_TYPE;
    }

    /**
     * Whether a message with these fields is one of gRPC: application/grpc, maybe with +proto or
     * parameters; application/grpc-web is another protocol.
     */
    static boolean carriedBy(Fields fields) {
        int index = fields.find(HeaderName.CONTENT_TYPE);
        if (index < 0) {
            return false;
        }
        int start = fields.valueStart(index);
        int end = start + CONTENT_TYPE.length;
        int valueEnd = fields.valueEnd(index);
        if (end > valueEnd || !Ascii.equalIgnoringCase(fields.bytes(), start, end, CONTENT_TYPE)) {
            return false;
        }
        if (end == valueEnd) {
            return true;
        }
        byte next = fields.bytes()[end];
        return next == '+' || next == ';' || next == ' ';
    }

    /**
     * How long the exchange may take: as long as the client waits, or the route allows if that is
     * less.
     *
     * @param totalNanos what the route allows; 0 for any time
     * @return 0 for any time
     */
    long timeoutNanos(RequestHead head, long totalNanos, long nowNanos) {
        lateness = Failure.TOTAL_TIMEOUT;
        if (!present) {
            return totalNanos;
        }
        long clientNanos = GrpcTimeout.of(head.fields());
        long nanos = totalNanos;
        if (clientNanos > 0 && (totalNanos == 0 || clientNanos < totalNanos)) {
            lateness = Failure.DEADLINE_EXCEEDED;
            nanos = clientNanos;
        }
        deadlineNanos = nanos == 0 ? 0 : nowNanos + nanos;
        toldNanos = clientNanos;
        return nanos;
    }

    /** What it means that the time of {@link #timeoutNanos} is over. */
    Failure lateness() {
        return lateness;
    }

    /** An attempt begins: tells the upstream how long it has. */
    void attempt(RequestHead head, long nowNanos) {
        long leftNanos = deadlineNanos - nowNanos;
        if (present && deadlineNanos != 0 && leftNanos != toldNanos) {
            GrpcTimeout.set(head.fields(), leftNanos);
            toldNanos = leftNanos;
        }
    }
}
