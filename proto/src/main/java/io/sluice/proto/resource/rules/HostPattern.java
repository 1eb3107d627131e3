package io.sluice.proto.resource.rules;

import io.sluice.proto.DnsName;
import io.sluice.proto.IpText;

import org.jspecify.annotations.Nullable;

import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/**
 * An entry of a route's {@code hosts}, in canonical form.
 *
 * @param kind exact, wildcard or any
 * @param name lower case, without trailing dot: the host itself; the part after {@code *} with its
 *     dot; or empty
 */
public record HostPattern(Kind kind, String name) {
    /** How a pattern matches; more exact first. */
    public enum Kind {
        /** {@code shop.example}: this host. */
        EXACT,
        /** {@code *.shop.example}: any host below, at any depth, not the name itself. */
        WILDCARD,
        /** {@code *}: every host. */
        ANY
    }

    /** {@code *}. */
    public static final HostPattern EVERY = new HostPattern(Kind.ANY, "");

    /**
     * Exact, then the longest wildcard, then any: what comes first is tried first. Says 0 for hosts
     * of equal rank.
     */
    public static final Comparator<HostPattern> PRECEDENCE =
            Comparator.comparing(HostPattern::kind)
                    .thenComparingInt(
                            pattern -> pattern.kind == Kind.WILDCARD ? -pattern.name.length() : 0);

    /** What a text means; empty if it is none of the three forms. A port is not part of a host. */
    public static Optional<HostPattern> parse(String text) {
        if (text.equals("*")) {
            return Optional.of(EVERY);
        }
        if (text.startsWith("*.")) {
            String suffix = text.substring(2);
            return DnsName.isValid(suffix)
                    ? Optional.of(new HostPattern(Kind.WILDCARD, "." + DnsName.canonical(suffix)))
                    : Optional.empty();
        }
        String host = exactHost(text);
        return host == null ? Optional.empty() : Optional.of(new HostPattern(Kind.EXACT, host));
    }

    /** Whether a host in {@link #canonicalHost} form is meant. */
    public boolean matches(String canonicalHost) {
        return switch (kind) {
            case EXACT -> canonicalHost.equals(name);
            case WILDCARD -> canonicalHost.length() > name.length() && canonicalHost.endsWith(name);
            case ANY -> true;
        };
    }

    /**
     * The host of a Host field or authority: lower case, without port and trailing dot; IPv6 stays
     * in brackets.
     */
    public static String canonicalHost(String authority) {
        int colon = authority.lastIndexOf(':');
        boolean hasPort = colon >= 0 && authority.indexOf(']', colon) < 0;
        String host = hasPort ? authority.substring(0, colon) : authority;
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    /** As written in a spec. */
    @Override
    public String toString() {
        return switch (kind) {
            case EXACT -> name;
            case WILDCARD -> "*" + name;
            case ANY -> "*";
        };
    }

    private static @Nullable String exactHost(String text) {
        boolean bracketed = text.startsWith("[") && text.endsWith("]");
        String bare = bracketed ? text.substring(1, text.length() - 1) : text;
        byte[] v6 = IpText.parse6(bare);
        if (v6 != null) {
            return "[" + IpText.format(v6) + "]";
        }
        if (bracketed) {
            return null;
        }
        return IpText.parse4(text) != null || DnsName.isValid(text)
                ? DnsName.canonical(text)
                : null;
    }
}
