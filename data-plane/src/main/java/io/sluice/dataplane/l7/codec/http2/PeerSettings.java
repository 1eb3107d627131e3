package io.sluice.dataplane.l7.codec.http2;

/** What the peer of a connection asks for (RFC 9113 section 6.5.2, RFC 8441, RFC 9218). */
public final class PeerSettings {
    public static final int HEADER_TABLE_SIZE = 0x1;
    public static final int ENABLE_PUSH = 0x2;
    public static final int MAX_CONCURRENT_STREAMS = 0x3;
    public static final int INITIAL_WINDOW_SIZE = 0x4;
    public static final int MAX_FRAME_SIZE = 0x5;
    public static final int MAX_HEADER_LIST_SIZE = 0x6;
    public static final int ENABLE_CONNECT_PROTOCOL = 0x8;
    public static final int NO_RFC7540_PRIORITIES = 0x9;

    /** The initial window of a stream before any SETTINGS. */
    public static final int WINDOW_AT_FIRST = 65_535;

    private static final int FRAME_BYTES_MIN = 16_384;
    private static final int FRAME_BYTES_MAX = 16_777_215;
    private static final int ENTRY_BYTES = 6;

    private int headerTableBytes = HpackDecoder.TABLE_BYTES;
    private int streamsMax = Integer.MAX_VALUE;
    private int initialWindow = WINDOW_AT_FIRST;
    private int frameBytesMax = FRAME_BYTES_MIN;
    private int headerListBytesMax = Integer.MAX_VALUE;
    private boolean connectProtocol;
    private final boolean fromServer;

    /**
     * @param fromServer whether the peer is a server
     */
    public PeerSettings(boolean fromServer) {
        this.fromServer = fromServer;
    }

    /** For {@link HpackEncoder#peerTableBytesMax}. */
    public int headerTableBytes() {
        return headerTableBytes;
    }

    /** Streams that may be open towards the peer at a time. */
    public int streamsMax() {
        return streamsMax;
    }

    /**
     * The window of a new stream; when it changes, so do those of open ones ({@link
     * SendWindow#adjust}).
     */
    public int initialWindow() {
        return initialWindow;
    }

    /** Payload of a frame to the peer. */
    public int frameBytesMax() {
        return frameBytesMax;
    }

    /** Fields of a head as the peer counts them; advice only. */
    public int headerListBytesMax() {
        return headerListBytesMax;
    }

    /** Whether the peer takes extended CONNECT (RFC 8441). */
    public boolean connectProtocol() {
        return connectProtocol;
    }

    /**
     * Applies the payload of a SETTINGS frame.
     *
     * @return {@link ErrorCode#NONE} or the connection error
     */
    public int apply(byte[] payload, int from, int to) {
        for (int at = from; at < to; at += ENTRY_BYTES) {
            int id = (payload[at] & 0xff) << 8 | (payload[at + 1] & 0xff);
            int value =
                    payload[at + 2] << 24
                            | (payload[at + 3] & 0xff) << 16
                            | (payload[at + 4] & 0xff) << 8
                            | (payload[at + 5] & 0xff);
            int error = apply(id, value);
            if (error != ErrorCode.NONE) {
                return error;
            }
        }
        return ErrorCode.NONE;
    }

    private int apply(int id, int value) {
        switch (id) {
            case HEADER_TABLE_SIZE -> headerTableBytes = atMostMax(value);
            case ENABLE_PUSH -> {
                // RFC 9113 section 6.5.2: a server may send nothing but 0.
                if (value != 0 && (fromServer || value != 1)) {
                    return ErrorCode.PROTOCOL_ERROR;
                }
            }
            case MAX_CONCURRENT_STREAMS -> streamsMax = atMostMax(value);
            case INITIAL_WINDOW_SIZE -> {
                if (value < 0) {
                    return ErrorCode.FLOW_CONTROL_ERROR;
                }
                initialWindow = value;
            }
            case MAX_FRAME_SIZE -> {
                if (value < FRAME_BYTES_MIN || value > FRAME_BYTES_MAX) {
                    return ErrorCode.PROTOCOL_ERROR;
                }
                frameBytesMax = value;
            }
            case MAX_HEADER_LIST_SIZE -> headerListBytesMax = atMostMax(value);
            case ENABLE_CONNECT_PROTOCOL -> {
                // RFC 8441 section 3: once 1, it stays so.
                if (value < 0 || value > 1 || (connectProtocol && value == 0)) {
                    return ErrorCode.PROTOCOL_ERROR;
                }
                connectProtocol = value == 1;
            }
            case NO_RFC7540_PRIORITIES -> {
                if (value != 0 && value != 1) {
                    return ErrorCode.PROTOCOL_ERROR;
                }
            }
            default -> {}
        }
        return ErrorCode.NONE;
    }

    // Unsigned on the wire.
    private static int atMostMax(int value) {
        return value < 0 ? Integer.MAX_VALUE : value;
    }
}
