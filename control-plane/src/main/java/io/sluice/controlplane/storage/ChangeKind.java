package io.sluice.controlplane.storage;

/** What happened to a resource in a revision. */
public enum ChangeKind {
    CREATED,
    UPDATED,
    DELETED
}
