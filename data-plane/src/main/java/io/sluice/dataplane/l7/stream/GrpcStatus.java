package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.l7.message.Fields;
import io.sluice.dataplane.l7.message.HeaderName;

/** The status of a gRPC call, as its response carries it. */
final class GrpcStatus {
    /** There is none. */
    static final int NONE = -1;

    private static final HeaderName NAME = HeaderName.of("grpc-status");
    private static final int DIGITS_MAX = 2;

    private GrpcStatus() {}

    /** The number in the head of a response without body, or in its trailers; or {@link #NONE}. */
    static int of(Fields fields) {
        int index = fields.find(NAME);
        if (index < 0) {
            return NONE;
        }
        byte[] bytes = fields.bytes();
        int start = fields.valueStart(index);
        int end = fields.valueEnd(index);
        if (start == end || end - start > DIGITS_MAX) {
            return NONE;
        }
        int status = 0;
        for (int i = start; i < end; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return NONE;
            }
            status = status * 10 + bytes[i] - '0';
        }
        return status;
    }
}
