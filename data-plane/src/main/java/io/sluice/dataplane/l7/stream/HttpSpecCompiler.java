package io.sluice.dataplane.l7.stream;

import com.google.protobuf.Duration;

import io.sluice.dataplane.l7.codec.HeadLimits;
import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.HttpLimits;
import io.sluice.proto.resource.v1.HttpOptions;
import io.sluice.proto.resource.v1.HttpTimeouts;

/** Compiles the {@code http} of a listener. Pure. */
public final class HttpSpecCompiler {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final int HEAD_BYTES_MAX = 64 * 1024;
    private static final int FIELDS_MAX = 100;
    private static final int CONNECTIONS_MAX = 100_000;

    private static final int HTTPS_PORT = 443;

    private HttpSpecCompiler() {}

    /**
     * Compiles it with defaults for what is left out; the rules of the kind have checked the
     * bounds.
     */
    public static HttpSpec compile(HttpOptions config, Problems problems) {
        Networks trusted = Networks.parse(config.getTrustedProxiesList());
        if (trusted == null) {
            problems.at("trustedProxies").reject("INVALID_NETWORK", "contains no network");
            trusted = Networks.NONE;
        }
        HttpLimits limits = config.getLimits();
        return new HttpSpec(
                timeouts(config.getTimeouts()),
                new HeadLimits(
                        limits.hasHeadBytes() ? limits.getHeadBytes() : HEAD_BYTES_MAX,
                        limits.hasHeaders() ? limits.getHeaders() : FIELDS_MAX),
                limits.getBodyBytes() == 0 ? Long.MAX_VALUE : limits.getBodyBytes(),
                limits.hasConnections() ? limits.getConnections() : CONNECTIONS_MAX,
                trusted,
                new HttpSpec.Additions(
                        !config.hasForwardedHeaders() || config.getForwardedHeaders(),
                        !config.hasVia() || config.getVia(),
                        !config.hasRequestId() || config.getRequestId(),
                        !config.hasReasonHeader() || config.getReasonHeader(),
                        !config.hasDate() || config.getDate()),
                !config.hasNormalizePath() || config.getNormalizePath(),
                https(config),
                !config.hasH2C() || config.getH2C(),
                Http2LimitsCompiler.compile(config.getHttp2()),
                config.getGrpcWeb());
    }

    private static HttpSpec.Https https(HttpOptions config) {
        String hsts = "";
        if (config.hasHsts()) {
            hsts =
                    "max-age="
                            + config.getHsts().getSeconds()
                            + (config.getHstsSubdomains() ? "; includeSubDomains" : "");
        }
        return new HttpSpec.Https(
                config.getRedirectToHttps(),
                config.hasHttpsPort() ? config.getHttpsPort() : HTTPS_PORT,
                Ascii.bytes(hsts));
    }

    private static HttpSpec.Timeouts timeouts(HttpTimeouts config) {
        return new HttpSpec.Timeouts(
                config.hasRequestHead() ? nanos(config.getRequestHead()) : 10 * SECOND_NANOS,
                config.hasRequestBody() ? nanos(config.getRequestBody()) : 30 * SECOND_NANOS,
                config.hasIdle() ? nanos(config.getIdle()) : 60 * SECOND_NANOS);
    }

    private static long nanos(Duration duration) {
        return duration.getSeconds() * SECOND_NANOS + duration.getNanos();
    }
}
