package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;

/** The status of a gRPC call, as its response carries it. */
final class GrpcStatus {
    /** There is none. */
    static final int NONE = -1;

    static final HeaderName NAME = HeaderName.of("grpc-status");

    private static final int DIGITS_MAX = 2;

    private GrpcStatus() {}

    /** The number in the head of a response without body, or in its trailers; or {@link #NONE}. */
    static int of(Fields fields) {
        return fields.decimal(NAME, DIGITS_MAX);
    }
}
