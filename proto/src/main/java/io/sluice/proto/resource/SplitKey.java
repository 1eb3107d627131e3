package io.sluice.proto.resource;

import java.util.Optional;

/**
 * What a split is found by, in weights entries and {@code canary}: {@code ROUTE/RULE}, or {@code
 * listener:LISTENER} or {@code listener:LISTENER/RULE}.
 *
 * @param resource a route or a listener
 * @param rule the rule's name; empty for a listener without rules
 */
public record SplitKey(ResourceKey resource, String rule) implements Comparable<SplitKey> {
    private static final String LISTENER_PREFIX = "listener:";

    /** The split of a route's rule. */
    public static SplitKey ofRule(String route, String rule) {
        return new SplitKey(new ResourceKey(Kind.ROUTE, route), rule);
    }

    /** The split of an L4 listener. */
    public static SplitKey ofListener(String listener) {
        return new SplitKey(new ResourceKey(Kind.LISTENER, listener), "");
    }

    /** The split of an L4 listener's rule. */
    public static SplitKey ofListener(String listener, String rule) {
        return new SplitKey(new ResourceKey(Kind.LISTENER, listener), rule);
    }

    /** What a text names; empty if it is neither form. A route without rule has an empty rule. */
    public static Optional<SplitKey> parse(String text) {
        boolean listener = text.startsWith(LISTENER_PREFIX);
        String rest = listener ? text.substring(LISTENER_PREFIX.length()) : text;
        int slash = rest.indexOf('/');
        String name = slash < 0 ? rest : rest.substring(0, slash);
        String rule = slash < 0 ? "" : rest.substring(slash + 1);
        boolean halfWritten = name.isEmpty() || (slash >= 0 && rule.isEmpty());
        if (halfWritten || rule.indexOf('/') >= 0 || name.indexOf(':') >= 0) {
            return Optional.empty();
        }
        return Optional.of(
                new SplitKey(new ResourceKey(listener ? Kind.LISTENER : Kind.ROUTE, name), rule));
    }

    /** The name of its weights entry; {@link #parse} reads it back. */
    public String name() {
        String name =
                resource.kind() == Kind.LISTENER
                        ? LISTENER_PREFIX + resource.name()
                        : resource.name();
        return rule.isEmpty() ? name : name + "/" + rule;
    }

    @Override
    public int compareTo(SplitKey other) {
        int byResource = resource.compareTo(other.resource);
        return byResource != 0 ? byResource : rule.compareTo(other.rule);
    }

    @Override
    public String toString() {
        return name();
    }
}
