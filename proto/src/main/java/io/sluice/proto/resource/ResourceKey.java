package io.sluice.proto.resource;

/** What a resource is found by. Ordered by kind, then name. */
public record ResourceKey(Kind kind, String name) implements Comparable<ResourceKey> {
    @Override
    public int compareTo(ResourceKey other) {
        int byKind = kind.compareTo(other.kind);
        return byKind != 0 ? byKind : name.compareTo(other.name);
    }

    /** {@code listener web}. */
    @Override
    public String toString() {
        return kind.singular() + " " + name;
    }
}
