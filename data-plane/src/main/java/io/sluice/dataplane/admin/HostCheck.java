package io.sluice.dataplane.admin;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.sluice.proto.HostPort;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;

/**
 * Keeps web pages out. A page on another site can make its visitor's browser send requests here,
 * with a name of its own that resolves to this address (DNS rebinding) or across sites with an
 * Origin; a tool sends an address and no Origin.
 */
record HostCheck(String configuredHost) {
    /** Why the request is refused; null if it may pass. */
    @Nullable String refuse(HttpRequest request) {
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        if (hosts.size() != 1) {
            return "exactly one Host header is needed";
        }
        String host = hosts.getFirst();
        if (!isOurs(host)) {
            return "Host must be an IP address, localhost, or the configured name";
        }
        String origin = request.headers().get(HttpHeaderNames.ORIGIN);
        if (origin != null && !origin.equalsIgnoreCase("http://" + host)) {
            return "requests from other sites are refused";
        }
        return null;
    }

    private boolean isOurs(String host) {
        String withPort = host.matches(".*:[0-9]+") ? host : host + ":80";
        return HostPort.parse(withPort.toLowerCase(Locale.ROOT))
                .map(
                        parsed ->
                                parsed.isIp()
                                        || parsed.host().equals("localhost")
                                        || parsed.host().equals(configuredHost))
                .orElse(false);
    }
}
