package io.sluice.controlplane.api;

import io.vertx.core.Handler;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Keeps web pages of other sites away while there is no identity. Immutable.
 *
 * <p>A page can make its own name resolve to this server's address (DNS rebinding), but then it
 * sends that name as Host: only IP addresses, localhost and configured names are let through. A
 * request that a browser sends for another site carries that site as Origin.
 */
final class HostGuard implements Handler<RoutingContext> {
    private final Set<String> names;
    private final Responder responder;

    HostGuard(RestOptions options, Responder responder) {
        this.responder = responder;
        Set<String> allowed = new HashSet<>(Set.of("localhost"));
        allowed.add(options.host().toLowerCase(Locale.ROOT));
        options.allowedHosts().forEach(name -> allowed.add(name.toLowerCase(Locale.ROOT)));
        this.names = Set.copyOf(allowed);
    }

    @Override
    public void handle(RoutingContext context) {
        HostAndPort authority = context.request().authority();
        List<String> hosts = context.request().headers().getAll("Host");
        if (authority == null || hosts.size() > 1) {
            refuse(context, 400, "BAD_HOST", "a request needs exactly one valid Host");
            return;
        }
        String target = targetHost(context.request().uri());
        if (!allowed(authority.host()) || !(target.isEmpty() || allowed(target))) {
            refuse(
                    context,
                    403,
                    "HOST_NOT_ALLOWED",
                    "this server is not called "
                            + (target.isEmpty() ? authority.host() : target)
                            + "; use an IP address, localhost or a name given by --allowed-host");
            return;
        }
        String origin = context.request().getHeader("Origin");
        if (origin != null && !sameOrigin(origin, authority)) {
            refuse(
                    context,
                    403,
                    "ORIGIN_NOT_ALLOWED",
                    "pages of other sites (" + origin + ") may not call this server");
            return;
        }
        context.next();
    }

    /** The host of a target in absolute form (RFC 9112 section 3.2.2); empty for the usual form. */
    private static String targetHost(String target) {
        if (target.startsWith("/")) {
            return "";
        }
        try {
            String host = new URI(target).getHost();
            return host == null ? target : host;
        } catch (URISyntaxException e) {
            return target; // not one of our names
        }
    }

    private boolean allowed(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return names.contains(name) || isIpAddress(name);
    }

    /** Whether it is written as an address; anything a resolver would have to look at is not. */
    static boolean isIpAddress(String host) {
        return host.matches("\\d{1,3}(\\.\\d{1,3}){3}")
                || host.matches("\\[?[0-9a-f:.]*:[0-9a-f:.]*]?");
    }

    private static boolean sameOrigin(String origin, HostAndPort authority) {
        try {
            URI uri = new URI(origin);
            return sameHost(uri.getHost(), authority.host())
                    && port(uri.getPort(), uri.getScheme())
                            == port(authority.port(), uri.getScheme());
        } catch (URISyntaxException e) {
            return false; // what is no URI is nobody's origin
        }
    }

    private static boolean sameHost(@Nullable String one, String other) {
        return one != null && bare(one).equalsIgnoreCase(bare(other));
    }

    private static String bare(String host) {
        return host.startsWith("[") && host.endsWith("]")
                ? host.substring(1, host.length() - 1)
                : host;
    }

    private static int port(int port, @Nullable String scheme) {
        if (port > 0) {
            return port;
        }
        return "https".equals(scheme) ? 443 : 80;
    }

    private void refuse(RoutingContext context, int status, String code, String detail) {
        responder.send(context, Reply.refused(status, code, detail));
    }
}
