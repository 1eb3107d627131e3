package io.sluice.controlplane.rollout;

/** How far a node has come with an offer. */
public enum AckPhase {
    RECEIVED,
    VALIDATED,
    WARMED,
    ACTIVE
}
