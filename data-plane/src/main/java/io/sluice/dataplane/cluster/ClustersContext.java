package io.sluice.dataplane.cluster;

import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.cluster.health.ProbeSlots;
import io.sluice.dataplane.cluster.resolve.HostResolver;
import io.sluice.dataplane.net.EventLoops;
import io.sluice.dataplane.net.PerLoop;
import io.sluice.dataplane.telemetry.LoopMeters;

import java.time.InstantSource;
import java.util.function.Consumer;

/** What all clusters of the node share. */
record ClustersContext(
        EventLoops loops,
        PerLoop<LoopMeters> meters,
        PerLoop<ProbeSlots> probeSlots,
        HostResolver resolver,
        InstantSource clock,
        Consumer<Endpoint> onHealthChange,
        EndpointWatcher watcher) {}
