package io.sluice.controlplane.rollout;

/** Why a node refused an offer. */
public enum RefusalReason {
    INVALID,
    STALE,
    DIGEST_MISMATCH,
    UNSUPPORTED,
    TOO_LARGE,
    INTERNAL
}
