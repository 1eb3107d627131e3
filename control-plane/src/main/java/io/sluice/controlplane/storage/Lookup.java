package io.sluice.controlplane.storage;

/** What came of looking for revisions. */
public sealed interface Lookup<T> {

    record Found<T>(T value) implements Lookup<T> {}

    /** There is no such revision (yet). */
    record NotFound<T>(long revision) implements Lookup<T> {}

    /** There was, but the history begins at {@code oldest} now. */
    record Gone<T>(long revision, long oldest) implements Lookup<T> {}
}
