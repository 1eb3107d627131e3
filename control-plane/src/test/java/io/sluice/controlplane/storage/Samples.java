package io.sluice.controlplane.storage;

import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceKey;
import io.sluice.proto.resource.v1.ClusterConfig;
import io.sluice.proto.resource.v1.EndpointConfig;
import io.sluice.proto.resource.v1.Forward;
import io.sluice.proto.resource.v1.HttpOptions;
import io.sluice.proto.resource.v1.ListenerConfig;
import io.sluice.proto.resource.v1.RouteConfig;
import io.sluice.proto.resource.v1.RouteRule;
import io.sluice.proto.resource.v1.SplitEntry;

import java.util.Arrays;
import java.util.List;

/** Small valid resources and change sets. */
final class Samples {
    private Samples() {}

    static Resource listener(String name, int port) {
        return Resource.listener(
                name,
                ListenerConfig.newBuilder()
                        .setAddress("127.0.0.1:" + port)
                        .setHttp(HttpOptions.getDefaultInstance())
                        .build());
    }

    static Resource cluster(String name, int... ports) {
        ClusterConfig.Builder spec = ClusterConfig.newBuilder();
        for (int port : ports) {
            spec.addEndpoints(EndpointConfig.newBuilder().setAddress("127.0.0.1:" + port));
        }
        return Resource.cluster(name, spec.build());
    }

    /** Entries {@code cluster=weight}, or {@code cluster} without one. */
    static Resource route(String name, String listener, String... entries) {
        Forward.Builder forward = Forward.newBuilder();
        for (String entry : entries) {
            String[] parts = entry.split("=", 2);
            SplitEntry.Builder split = SplitEntry.newBuilder().setCluster(parts[0]);
            if (parts.length == 2) {
                split.setWeight(Integer.parseInt(parts[1]));
            }
            forward.addSplit(split);
        }
        return Resource.route(
                name,
                RouteConfig.newBuilder()
                        .addListeners(listener)
                        .addHosts(name + ".example")
                        .addRules(RouteRule.newBuilder().setName("main").setForward(forward))
                        .build());
    }

    static ChangeSet upsert(Resource... resources) {
        return change(
                Arrays.stream(resources)
                        .<Operation>map(resource -> new Operation.Upsert(resource, null, false))
                        .toArray(Operation[]::new));
    }

    static ChangeSet delete(ResourceKey... keys) {
        return change(
                Arrays.stream(keys)
                        .<Operation>map(key -> new Operation.Delete(key, null))
                        .toArray(Operation[]::new));
    }

    static ChangeSet change(Operation... operations) {
        return new ChangeSet(List.of(operations), "a message", "ann", false, false, false, false);
    }

    static ChangeSet dryRun(ChangeSet set) {
        return new ChangeSet(
                set.operations(),
                set.message(),
                set.author(),
                false,
                true,
                set.allowShrink(),
                set.overwriteWeights());
    }

    static ChangeSet allowShrink(ChangeSet set) {
        return new ChangeSet(
                set.operations(),
                set.message(),
                set.author(),
                false,
                set.dryRun(),
                true,
                set.overwriteWeights());
    }

    static ChangeSet overwriteWeights(ChangeSet set) {
        return new ChangeSet(
                set.operations(),
                set.message(),
                set.author(),
                false,
                set.dryRun(),
                set.allowShrink(),
                true);
    }

    static Rollback rollback(long revision) {
        return new Rollback(revision, "back", "bob", true, false, true);
    }
}
