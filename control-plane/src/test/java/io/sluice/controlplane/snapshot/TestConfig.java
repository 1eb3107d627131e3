package io.sluice.controlplane.snapshot;

import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.v1.CertificateConfig;
import io.sluice.proto.resource.v1.ClusterConfig;
import io.sluice.proto.resource.v1.EndpointConfig;
import io.sluice.proto.resource.v1.Forward;
import io.sluice.proto.resource.v1.HttpOptions;
import io.sluice.proto.resource.v1.ListenerConfig;
import io.sluice.proto.resource.v1.ListenerTls;
import io.sluice.proto.resource.v1.RouteConfig;
import io.sluice.proto.resource.v1.RouteRule;
import io.sluice.proto.resource.v1.SplitEntry;
import io.sluice.proto.resource.v1.TcpForward;
import io.sluice.proto.resource.v1.TcpOptions;
import io.sluice.proto.resource.v1.TcpRule;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A configuration to change step by step; resources left alone stay the same objects. */
public final class TestConfig {
    public final Map<String, Resource> listeners = new TreeMap<>();
    public final Map<String, Resource> routes = new TreeMap<>();
    public final Map<String, Resource> clusters = new TreeMap<>();
    public final Map<String, Resource> certificates = new TreeMap<>();
    public final Set<String> drained = new TreeSet<>();
    public long epoch = 1_000;
    public long revision;

    public TestConfig httpListener(String name, Map<String, String> selector) {
        listeners.put(
                name,
                Resource.listener(
                        name,
                        ListenerConfig.newBuilder()
                                .setAddress("0.0.0.0:8080")
                                .putAllNodeSelector(selector)
                                .setHttp(HttpOptions.getDefaultInstance())
                                .build()));
        return this;
    }

    public TestConfig httpListener(String name) {
        return httpListener(name, Map.of());
    }

    public TestConfig tcpListener(String name, SplitEntry... split) {
        listeners.put(
                name,
                Resource.listener(
                        name,
                        ListenerConfig.newBuilder()
                                .setAddress("0.0.0.0:9000")
                                .setTcp(
                                        TcpOptions.newBuilder()
                                                .setForward(
                                                        TcpForward.newBuilder()
                                                                .addAllSplit(List.of(split))))
                                .build()));
        return this;
    }

    /** Adds a rule to a TCP listener, which begins with it if there is none. */
    public TestConfig tcpRule(String listener, String rule, SplitEntry... split) {
        Resource before = listeners.get(listener);
        ListenerConfig.Builder config =
                before == null
                        ? ListenerConfig.newBuilder().setAddress("0.0.0.0:9000")
                        : before.listener().toBuilder();
        config.getTcpBuilder()
                .addRules(
                        TcpRule.newBuilder()
                                .setName(rule)
                                .setForward(TcpForward.newBuilder().addAllSplit(List.of(split))));
        listeners.put(listener, Resource.listener(listener, config.build()));
        return this;
    }

    public TestConfig route(String name, List<String> on, SplitEntry... split) {
        routes.put(
                name,
                Resource.route(
                        name,
                        RouteConfig.newBuilder()
                                .addAllListeners(on)
                                .addHosts(name + ".example")
                                .addRules(
                                        RouteRule.newBuilder()
                                                .setName("all")
                                                .setForward(
                                                        Forward.newBuilder()
                                                                .addAllSplit(List.of(split))))
                                .build()));
        return this;
    }

    /** An HTTP listener with TLS of these certificates. */
    public TestConfig tlsListener(
            String name, Map<String, String> selector, String... certificateNames) {
        listeners.put(
                name,
                Resource.listener(
                        name,
                        ListenerConfig.newBuilder()
                                .setAddress("0.0.0.0:8443")
                                .putAllNodeSelector(selector)
                                .setHttp(HttpOptions.getDefaultInstance())
                                .setTls(
                                        ListenerTls.newBuilder()
                                                .addAllCertificates(List.of(certificateNames)))
                                .build()));
        return this;
    }

    public TestConfig certificate(String name, String key) {
        certificates.put(
                name,
                Resource.certificate(
                        name,
                        CertificateConfig.newBuilder()
                                .setCertificate(name)
                                .setPrivateKey(key)
                                .build()));
        return this;
    }

    public TestConfig cluster(String name, String... endpoints) {
        ClusterConfig.Builder cluster = ClusterConfig.newBuilder();
        for (String endpoint : endpoints) {
            cluster.addEndpoints(EndpointConfig.newBuilder().setAddress(endpoint));
        }
        clusters.put(name, Resource.cluster(name, cluster.build()));
        return this;
    }

    public static SplitEntry share(String cluster, int weight) {
        return SplitEntry.newBuilder().setCluster(cluster).setWeight(weight).build();
    }

    public DesiredState commit() {
        revision++;
        return state();
    }

    public DesiredState state() {
        return new DesiredState(
                epoch,
                revision,
                new ArrayList<>(listeners.values()),
                new ArrayList<>(routes.values()),
                new ArrayList<>(clusters.values()),
                new ArrayList<>(certificates.values()),
                Set.copyOf(drained));
    }
}
