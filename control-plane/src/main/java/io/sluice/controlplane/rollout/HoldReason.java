package io.sluice.controlplane.rollout;

import io.sluice.controlplane.fleet.ReportedProblem;

/** Why a node is not offered what it should have. The name is the problem's code. */
enum HoldReason {
    /** Nothing was ever stored, but the node serves something. */
    STORE_EMPTY("the control plane's store is empty; the node keeps what it serves"),
    /** The node has a higher version than the store. */
    NODE_AHEAD(
            "the node serves a newer version than the control plane has stored: was the store"
                    + " replaced or restored by other means than `restore`?"),
    /** The node died twice after applying it. */
    SUSPECT_VERSION(
            "the node died twice after applying this content and has stepped back; it is offered"
                    + " the next change"),
    /** The content needs what the node cannot do. */
    FEATURES_MISSING("the node's software does not know a feature that this content needs");

    private final String message;

    HoldReason(String message) {
        this.message = message;
    }

    ReportedProblem problem() {
        return ReportedProblem.ofNode(name(), message);
    }
}
