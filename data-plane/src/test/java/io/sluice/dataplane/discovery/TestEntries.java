package io.sluice.dataplane.discovery;

import com.google.protobuf.ByteString;

import io.sluice.proto.StateDigest;
import io.sluice.proto.discovery.v1.Endpoints;
import io.sluice.proto.discovery.v1.Entry;
import io.sluice.proto.discovery.v1.SplitWeights;
import io.sluice.proto.discovery.v1.Version;
import io.sluice.proto.resource.v1.CertificateConfig;
import io.sluice.proto.resource.v1.ClusterConfig;
import io.sluice.proto.resource.v1.EndpointConfig;
import io.sluice.proto.resource.v1.ListenerConfig;
import io.sluice.proto.resource.v1.SplitEntry;
import io.sluice.proto.resource.v1.TcpForward;
import io.sluice.proto.resource.v1.TcpOptions;

import java.util.List;
import java.util.stream.IntStream;

/** Entries and versions as a control plane makes them. */
public final class TestEntries {
    private TestEntries() {}

    public static Entry entry(String kind, String name, com.google.protobuf.Message body) {
        return raw(kind, name, ByteString.copyFrom(StateDigest.deterministic(body)));
    }

    public static Entry raw(String kind, String name, ByteString body) {
        Entry entry = Entry.newBuilder().setKind(kind).setName(name).setBody(body).build();
        return entry.toBuilder().setDigest(ByteString.copyFrom(StateDigest.ofBody(entry))).build();
    }

    public static Entry listener(String name, String address, String... clusters) {
        TcpForward.Builder forward = TcpForward.newBuilder();
        if (clusters.length == 1) {
            forward.setCluster(clusters[0]);
        } else {
            for (String cluster : clusters) {
                forward.addSplit(SplitEntry.newBuilder().setCluster(cluster));
            }
        }
        return entry(
                "listener",
                name,
                ListenerConfig.newBuilder()
                        .setAddress(address)
                        .setTcp(TcpOptions.newBuilder().setForward(forward))
                        .build());
    }

    public static Entry weights(String split, int... weights) {
        return entry(
                "weights",
                split,
                SplitWeights.newBuilder()
                        .addAllWeights(IntStream.of(weights).boxed().toList())
                        .build());
    }

    public static Entry cluster(String name) {
        return entry("cluster", name, ClusterConfig.getDefaultInstance());
    }

    public static Entry endpoints(String cluster, String... addresses) {
        Endpoints.Builder endpoints = Endpoints.newBuilder();
        for (String address : addresses) {
            endpoints.addEndpoints(EndpointConfig.newBuilder().setAddress(address));
        }
        return entry("endpoints", cluster, endpoints.build());
    }

    public static Entry certificate(String name, String privateKey) {
        return entry(
                "certificate",
                name,
                CertificateConfig.newBuilder().setPrivateKey(privateKey).build());
    }

    public static Version version(long epoch, long revision, List<Entry> entries) {
        return Version.newBuilder()
                .setEpoch(epoch)
                .setRevision(revision)
                .setDigest(ByteString.copyFrom(StateDigest.of(entries)))
                .build();
    }

    static SnapshotState state(long revision, Entry... entries) {
        List<Entry> list = List.of(entries);
        return ((SnapshotState.Outcome.Verified)
                        SnapshotState.full(version(1, revision, list), list))
                .state();
    }
}
