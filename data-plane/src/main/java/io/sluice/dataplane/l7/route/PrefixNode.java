package io.sluice.dataplane.l7.route;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A node of the trie of path prefixes, one level for each segment. Walking down takes as many steps
 * as the longest configured prefix has segments, however long the path is; walking up visits the
 * prefixes that match, longest first. Immutable once built.
 */
final class PrefixNode {
    private final @Nullable PrefixNode parent;
    private final RankedRoute[] routes;
    private @Nullable SliceMap<PrefixNode> children;

    private PrefixNode(@Nullable PrefixNode parent, RankedRoute[] routes) {
        this.parent = parent;
        this.routes = routes;
    }

    /** The node of the longest prefix on the way of a path that begins with a slash. */
    PrefixNode deepest(byte[] bytes, int start, int end) {
        PrefixNode node = this;
        int segment = start + 1;
        while (node.children != null && segment <= end) {
            int segmentEnd = Slices.indexOf(bytes, segment, end, '/');
            PrefixNode child = node.children.get(bytes, segment, segmentEnd);
            if (child == null) {
                return node;
            }
            node = child;
            segment = segmentEnd + 1;
        }
        return node;
    }

    /** The node of the prefix that is one segment shorter; null at the top. */
    @Nullable PrefixNode parent() {
        return parent;
    }

    /** The routes of exactly this prefix, in order. */
    RankedRoute[] routes() {
        return routes;
    }

    /** Collects the prefixes. */
    static final class Builder {
        private final Map<String, Builder> children = new HashMap<>();
        private final List<RankedRoute> routes = new ArrayList<>(1);

        /** Adds a route; those of one prefix in their order. The prefix has no slash at its end. */
        void add(String prefix, RankedRoute route) {
            Builder node = this;
            int segment = 1;
            while (segment <= prefix.length()) {
                int slash = prefix.indexOf('/', segment);
                int segmentEnd = slash < 0 ? prefix.length() : slash;
                node =
                        node.children.computeIfAbsent(
                                prefix.substring(segment, segmentEnd), key -> new Builder());
                segment = segmentEnd + 1;
            }
            node.routes.add(route);
        }

        PrefixNode build(@Nullable PrefixNode parent) {
            PrefixNode node = new PrefixNode(parent, PathTable.reachable(routes));
            if (!children.isEmpty()) {
                Map<String, PrefixNode> built = new HashMap<>();
                children.forEach((segment, child) -> built.put(segment, child.build(node)));
                node.children = SliceMap.of(built);
            }
            return node;
        }
    }
}
