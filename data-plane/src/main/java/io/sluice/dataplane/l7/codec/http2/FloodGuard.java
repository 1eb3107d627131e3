package io.sluice.dataplane.l7.codec.http2;

/**
 * Counts what costs a peer little and us much, and says when it is too much. A leaking bucket per
 * sort: it takes its bound at once and leaks as much per {@link #WINDOW_NANOS}. One per connection.
 */
public final class FloodGuard {
    /** In which a full bucket has leaked empty. */
    public static final long WINDOW_NANOS = 10_000_000_000L;

    /** Bytes of a SETTINGS frame that count as one more. */
    private static final int SETTINGS_UNIT_BYTES = 96;

    private final Bucket resets;
    private final Bucket settings;
    private final Bucket pings;
    private final Bucket emptyFrames;
    private final Bucket windowUpdates;
    private final Bucket otherFrames;

    /**
     * @param nowNanos from which on the buckets leak
     */
    public FloodGuard(Http2Limits limits, long nowNanos) {
        resets = new Bucket(limits.resetsMax(), nowNanos);
        settings = new Bucket(limits.settingsMax(), nowNanos);
        pings = new Bucket(limits.pingsMax(), nowNanos);
        emptyFrames = new Bucket(limits.emptyFramesMax(), nowNanos);
        windowUpdates = new Bucket(limits.windowUpdatesMax(), nowNanos);
        otherFrames = new Bucket(limits.otherFramesMax(), nowNanos);
    }

    /** Counts a frame that came; {@link ErrorCode#ENHANCE_YOUR_CALM} if it is one too many. */
    int frame(int type, int flags, int bytes, long nowNanos) {
        return switch (type) {
            case FrameType.DATA ->
                    bytes == 0 && (flags & FrameType.END_STREAM) == 0
                            ? emptyFrames.count(1, nowNanos)
                            : ErrorCode.NONE;
            case FrameType.HEADERS, FrameType.CONTINUATION ->
                    bytes == 0 && (flags & FrameType.END_HEADERS) == 0
                            ? emptyFrames.count(1, nowNanos)
                            : ErrorCode.NONE;
            case FrameType.SETTINGS -> settings.count(1 + bytes / SETTINGS_UNIT_BYTES, nowNanos);
            case FrameType.PING -> pings.count(1, nowNanos);
            case FrameType.WINDOW_UPDATE -> windowUpdates.count(1, nowNanos);
            case FrameType.GOAWAY -> ErrorCode.NONE;
            default -> otherFrames.count(1, nowNanos);
        };
    }

    /**
     * Counts a stream that the peer reset before its response was complete, or that it made us
     * reset (CVE-2023-44487, CVE-2025-8671).
     *
     * @return {@link ErrorCode#ENHANCE_YOUR_CALM} if it is one too many, or {@link ErrorCode#NONE}
     */
    public int streamReset(long nowNanos) {
        return resets.count(1, nowNanos);
    }

    /** A stream ended as it should. */
    public void streamCompleted() {
        resets.pay(1);
    }

    /** DATA frames were sent. */
    public void dataSent(int frames) {
        windowUpdates.pay(2 * frames);
        pings.pay(frames);
    }

    private static final class Bucket {
        private final int max;
        private int level;
        private long leakedNanos;

        Bucket(int max, long nowNanos) {
            this.max = max;
            this.leakedNanos = nowNanos;
        }

        void pay(int events) {
            level = Math.max(0, level - events);
        }

        int count(int events, long nowNanos) {
            level += events;
            if (level <= max) {
                return ErrorCode.NONE;
            }
            // How much has leaked is worked out only when the bucket looks full.
            long elapsedNanos = Math.min(nowNanos - leakedNanos, WINDOW_NANOS);
            int leaked = (int) (elapsedNanos * max / WINDOW_NANOS);
            level = Math.max(events, level - leaked);
            leakedNanos = nowNanos;
            return level <= max ? ErrorCode.NONE : ErrorCode.ENHANCE_YOUR_CALM;
        }
    }
}
