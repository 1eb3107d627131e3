package io.sluice.dataplane.cluster;

import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.net.Loop;

/** Hears of endpoints that take no new users on a loop any more. On that loop's thread. */
public interface EndpointWatcher {
    /** Nobody hears. */
    EndpointWatcher NONE =
            new EndpointWatcher() {
                @Override
                public void left(Loop loop, Endpoint endpoint, LeaveSpec how) {}

                @Override
                public void back(Loop loop, Endpoint endpoint) {}
            };

    /** The endpoint left its cluster, has no weight any more, or is drained. */
    void left(Loop loop, Endpoint endpoint, LeaveSpec how);

    /** The endpoint takes users, again or as a new one. */
    void back(Loop loop, Endpoint endpoint);
}
