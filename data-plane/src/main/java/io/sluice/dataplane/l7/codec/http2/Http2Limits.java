package io.sluice.dataplane.l7.codec.http2;

/**
 * What a peer may make one connection hold or do. Events of the floods are counted per {@link
 * FloodGuard#WINDOW_NANOS}; useful work pays them back.
 *
 * @param streamsMax streams open at a time
 * @param frameBytesMax payload of one frame; announced, from 16,384 to 16,777,215
 * @param streamWindowBytes of a body, held back per stream; more where it is fast, see {@link
 *     #growthBytes}
 * @param connectionWindowBytes of all bodies, held back per connection; at least 65,535
 * @param blockBytesMax a field block as it is sent, compressed
 * @param continuationsMax CONTINUATION frames of one block
 * @param resetsMax streams that the peer resets or makes us reset; one that ends well pays for one
 * @param settingsMax SETTINGS frames
 * @param pingsMax PING frames; a DATA frame sent pays for one
 * @param emptyFramesMax DATA, HEADERS and CONTINUATION frames that carry nothing and end nothing
 * @param windowUpdatesMax WINDOW_UPDATE frames; a DATA frame sent pays for two
 * @param otherFramesMax PRIORITY, PRIORITY_UPDATE, RST_STREAM and unknown frames
 */
public record Http2Limits(
        int streamsMax,
        int frameBytesMax,
        int streamWindowBytes,
        int connectionWindowBytes,
        int blockBytesMax,
        int continuationsMax,
        int resetsMax,
        int settingsMax,
        int pingsMax,
        int emptyFramesMax,
        int windowUpdatesMax,
        int otherFramesMax) {
    /** What holds unless the configuration says otherwise. */
    public static final Http2Limits DEFAULT =
            new Http2Limits(
                    128,
                    16 * 1024,
                    64 * 1024,
                    12 * 1024 * 1024,
                    64 * 1024,
                    32,
                    200,
                    32,
                    200,
                    200,
                    2_000,
                    2_000);

    /** What holds for upstreams, which are trusted more; streams are limited by whoever opens. */
    public static final Http2Limits UPSTREAM =
            new Http2Limits(
                    0,
                    16 * 1024,
                    256 * 1024,
                    16 * 1024 * 1024,
                    64 * 1024,
                    32,
                    0,
                    100,
                    1_000,
                    1_000,
                    20_000,
                    100_000);

    /**
     * By how many bytes the windows of all streams together may grow: by what the connection's
     * holds when each is full that a stream begins with, so that none holds up its neighbours.
     */
    public int growthBytes() {
        long ofStreams = (long) streamsMax * streamWindowBytes;
        return (int) Math.max(0, connectionWindowBytes - ofStreams);
    }
}
