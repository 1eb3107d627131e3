package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.l7.codec.http2.Http2Limits;

/** Compiles the {@code http.http2} of a listener. Pure. */
final class Http2LimitsCompiler {
    private Http2LimitsCompiler() {}

    /** Compiles it with defaults for what is left out. */
    static Http2Limits compile(io.sluice.proto.resource.v1.Http2Limits config) {
        Http2Limits usual = Http2Limits.DEFAULT;
        return new Http2Limits(
                config.hasStreams() ? config.getStreams() : usual.streamsMax(),
                usual.frameBytesMax(),
                config.hasStreamWindow() ? config.getStreamWindow() : usual.streamWindowBytes(),
                config.hasConnectionWindow()
                        ? config.getConnectionWindow()
                        : usual.connectionWindowBytes(),
                config.hasHeaderBlock() ? config.getHeaderBlock() : usual.blockBytesMax(),
                config.hasContinuations() ? config.getContinuations() : usual.continuationsMax(),
                config.hasResets() ? config.getResets() : usual.resetsMax(),
                config.hasSettings() ? config.getSettings() : usual.settingsMax(),
                config.hasPings() ? config.getPings() : usual.pingsMax(),
                config.hasEmptyFrames() ? config.getEmptyFrames() : usual.emptyFramesMax(),
                config.hasWindowUpdates() ? config.getWindowUpdates() : usual.windowUpdatesMax(),
                config.hasOtherFrames() ? config.getOtherFrames() : usual.otherFramesMax());
    }
}
