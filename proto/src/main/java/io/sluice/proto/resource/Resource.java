package io.sluice.proto.resource;

import com.google.protobuf.Message;

import io.sluice.proto.StateDigest;
import io.sluice.proto.resource.v1.CertificateConfig;
import io.sluice.proto.resource.v1.ClusterConfig;
import io.sluice.proto.resource.v1.ListenerConfig;
import io.sluice.proto.resource.v1.ResourceConfig;
import io.sluice.proto.resource.v1.RouteConfig;

import java.util.Collections;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A named piece of configuration. Immutable, compared by value.
 *
 * @param key kind and name
 * @param labels for the operator; sorted
 * @param config name, labels and the spec; the spec's case is the key's kind
 */
public record Resource(ResourceKey key, SortedMap<String, String> labels, ResourceConfig config) {
    /** Copies the labels; config must be of the key's kind and name. */
    public Resource {
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
    }

    /** The resource that a message holds; its spec must be set. */
    public static Resource of(ResourceConfig config) {
        Kind kind =
                switch (config.getSpecCase()) {
                    case LISTENER -> Kind.LISTENER;
                    case ROUTE -> Kind.ROUTE;
                    case CLUSTER -> Kind.CLUSTER;
                    case CERTIFICATE -> Kind.CERTIFICATE;
                    case SPEC_NOT_SET ->
                            throw new IllegalArgumentException("no spec in " + config.getName());
                };
        return new Resource(
                new ResourceKey(kind, config.getName()),
                new TreeMap<>(config.getLabelsMap()),
                config);
    }

    /** The resource of a listener's spec, without labels. */
    public static Resource listener(String name, ListenerConfig spec) {
        return of(ResourceConfig.newBuilder().setName(name).setListener(spec).build());
    }

    /** The resource of a route's spec, without labels. */
    public static Resource route(String name, RouteConfig spec) {
        return of(ResourceConfig.newBuilder().setName(name).setRoute(spec).build());
    }

    /** The resource of a cluster's spec, without labels. */
    public static Resource cluster(String name, ClusterConfig spec) {
        return of(ResourceConfig.newBuilder().setName(name).setCluster(spec).build());
    }

    /** The resource of a certificate's spec, without labels. */
    public static Resource certificate(String name, CertificateConfig spec) {
        return of(ResourceConfig.newBuilder().setName(name).setCertificate(spec).build());
    }

    /** The kind. */
    public Kind kind() {
        return key.kind();
    }

    /** The name, unique among its kind. */
    public String name() {
        return key.name();
    }

    /** The spec of a listener; empty message for other kinds. */
    public ListenerConfig listener() {
        return config.getListener();
    }

    /** The spec of a route; empty message for other kinds. */
    public RouteConfig route() {
        return config.getRoute();
    }

    /** The spec of a cluster; empty message for other kinds. */
    public ClusterConfig cluster() {
        return config.getCluster();
    }

    /** The spec of a certificate; empty message for other kinds. */
    public CertificateConfig certificate() {
        return config.getCertificate();
    }

    /** The spec, whatever its kind. */
    public Message spec() {
        return switch (key.kind()) {
            case LISTENER -> config.getListener();
            case ROUTE -> config.getRoute();
            case CLUSTER -> config.getCluster();
            case CERTIFICATE -> config.getCertificate();
        };
    }

    /**
     * A digest of labels and spec: 32 hex digits, the same in every process. Secrets are part of
     * it, so that a new key is a change; it cannot be turned back.
     */
    public String etag() {
        byte[] digest = StateDigest.sha256(StateDigest.deterministic(config));
        return HexFormat.of().formatHex(digest, 0, 16);
    }

    /** {@code listener web}; never the spec, which may hold secrets. */
    @Override
    public String toString() {
        return key.toString();
    }
}
