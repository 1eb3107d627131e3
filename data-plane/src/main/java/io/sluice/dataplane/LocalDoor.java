package io.sluice.dataplane;

import io.sluice.dataplane.admin.NodeDoor;
import io.sluice.dataplane.discovery.Discovery;
import io.sluice.dataplane.discovery.DrainControl;
import io.sluice.dataplane.telemetry.NodeMetrics;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What the admin door shows of this node. */
final class LocalDoor implements NodeDoor {
    private final Discovery discovery;
    private final NodeDrain drain;
    private final NodeMetrics metrics;

    LocalDoor(Discovery discovery, NodeDrain drain, NodeMetrics metrics) {
        this.discovery = discovery;
        this.drain = drain;
        this.metrics = metrics;
    }

    @Override
    public List<String> reasonsNotReady() {
        List<String> reasons = new ArrayList<>();
        if (drain.status().draining()) {
            reasons.add("the node is draining");
        } else if (drain.undraining()) {
            reasons.add("the listeners are being bound again after a drain");
        }
        if (discovery.activeVersion().isEmpty() && !discovery.isNothingConfigured()) {
            reasons.add(
                    discovery.isConnected()
                            ? "the first snapshot is not active yet"
                            : "there is no snapshot, and no control plane was reached yet");
        }
        return reasons;
    }

    @Override
    public CompletionStage<String> metrics() {
        return metrics.text();
    }

    @Override
    public CompletionStage<String> config() {
        return discovery.config();
    }

    @Override
    public DrainStatus wish(boolean draining) {
        DrainControl.Status status = drain.wishHere(draining);
        return new DrainStatus(status.draining(), status.drained(), status.connections());
    }
}
