package io.sluice.controlplane.snapshot;

/** What a node shall do with an offer. */
public enum OfferMode {
    /** Compile and answer; nothing changes. */
    VALIDATE_ONLY,
    /** Serve it. */
    APPLY
}
