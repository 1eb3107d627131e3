package io.sluice.controlplane.storage;

/**
 * How the store behaves.
 *
 * @param revisionsMax revisions that the history keeps
 */
public record StoreOptions(int revisionsMax) {
    public static final StoreOptions DEFAULT = new StoreOptions(10_000);
}
