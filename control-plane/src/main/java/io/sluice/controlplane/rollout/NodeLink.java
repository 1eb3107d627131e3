package io.sluice.controlplane.rollout;

import io.sluice.controlplane.snapshot.SnapshotOffer;

/** The stream to one node, as the rollout loop sees it. No method waits for the node. */
public interface NodeLink {
    /** Lets the node in; the first thing it hears. */
    void welcome(boolean draining);

    /** Sends an offer; the one before was answered. */
    void offer(long offerId, SnapshotOffer offer);

    /** Tells whether it is wanted drained; replaces such a command that still waits. */
    void drain(boolean draining);

    /** Ends the stream; the node is told why. */
    void cut(CutReason reason, String message);

    /** One message of the node was handled: another may be read. */
    void handled();

    /** Why a stream is ended. */
    enum CutReason {
        /** A living node of that name is connected. */
        NAME_TAKEN,
        /** The same process opened another stream. */
        REPLACED,
        /** It did not answer an offer in time. */
        NO_ANSWER,
        /** The control plane ends. */
        SHUTDOWN
    }
}
