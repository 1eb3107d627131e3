package io.sluice.controlplane.snapshot;

import io.sluice.controlplane.storage.StoreState;
import io.sluice.controlplane.storage.StoredResource;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.Resource;

import java.util.List;
import java.util.Set;

/**
 * The part of the store's state that nodes serve. Immutable; a resource that did not change is the
 * same object in the next one.
 *
 * @param revision 0 while nothing was ever stored
 */
public record DesiredState(
        long epoch,
        long revision,
        List<Resource> listeners,
        List<Resource> routes,
        List<Resource> clusters,
        List<Resource> certificates,
        Set<String> drainedNodes) {

    /** What the store has. */
    public static DesiredState of(StoreState state) {
        return new DesiredState(
                state.epoch(),
                state.revision(),
                resources(state, Kind.LISTENER),
                resources(state, Kind.ROUTE),
                resources(state, Kind.CLUSTER),
                resources(state, Kind.CERTIFICATE),
                state.drainedNodes());
    }

    private static List<Resource> resources(StoreState state, Kind kind) {
        return state.all(kind).stream().map(StoredResource::resource).toList();
    }
}
