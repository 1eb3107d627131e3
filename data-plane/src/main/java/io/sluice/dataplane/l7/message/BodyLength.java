package io.sluice.dataplane.l7.message;

/** How long the body of a message is: a number of bytes, or one of these. */
public final class BodyLength {
    /** Known when it ends: chunked in HTTP/1.1. */
    public static final long CHUNKED = -1;

    /** Until the sender closes the connection; responses only. */
    public static final long UNTIL_CLOSE = -2;

    private BodyLength() {}
}
