package io.sluice.dataplane.l7.message;

/** Request methods with a meaning to a proxy; every other one is {@link #OTHER}. */
public enum Method {
    GET,
    HEAD,
    POST,
    PUT,
    DELETE,
    OPTIONS,
    TRACE,
    PATCH,
    CONNECT,
    OTHER;

    private static final Method[] NAMED = {
        GET, HEAD, POST, PUT, DELETE, OPTIONS, TRACE, PATCH, CONNECT
    };

    @SuppressWarnings("ImmutableEnumChecker") // nobody writes to it
    private final byte[] token = Ascii.bytes(name());

    /** The method in the range; methods are case-sensitive (RFC 9110 section 9.1). */
    public static Method of(byte[] bytes, int start, int end) {
        for (Method method : NAMED) {
            if (Ascii.equal(bytes, start, end, method.token)) {
                return method;
            }
        }
        return OTHER;
    }

    /** Whether sending a request twice does what sending it once does (RFC 9110 section 9.2.2). */
    public boolean idempotent() {
        return switch (this) {
            case GET, HEAD, PUT, DELETE, OPTIONS, TRACE -> true;
            case POST, PATCH, CONNECT, OTHER -> false;
        };
    }
}
