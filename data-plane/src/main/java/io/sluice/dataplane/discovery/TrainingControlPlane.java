package io.sluice.dataplane.discovery;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.sluice.proto.HostPort;
import io.sluice.proto.StateDigest;
import io.sluice.proto.discovery.v1.DiscoveryServiceGrpc;
import io.sluice.proto.discovery.v1.Endpoints;
import io.sluice.proto.discovery.v1.Entry;
import io.sluice.proto.discovery.v1.Offer;
import io.sluice.proto.discovery.v1.OfferMode;
import io.sluice.proto.discovery.v1.Phase;
import io.sluice.proto.discovery.v1.ReportRequest;
import io.sluice.proto.discovery.v1.ReportResponse;
import io.sluice.proto.discovery.v1.SnapshotChunk;
import io.sluice.proto.discovery.v1.SplitWeights;
import io.sluice.proto.discovery.v1.SyncRequest;
import io.sluice.proto.discovery.v1.SyncResponse;
import io.sluice.proto.discovery.v1.Version;
import io.sluice.proto.discovery.v1.Welcome;
import io.sluice.proto.resource.v1.ClusterConfig;
import io.sluice.proto.resource.v1.EndpointConfig;
import io.sluice.proto.resource.v1.Forward;
import io.sluice.proto.resource.v1.HeaderEdits;
import io.sluice.proto.resource.v1.HttpOptions;
import io.sluice.proto.resource.v1.ListenerConfig;
import io.sluice.proto.resource.v1.PathMatch;
import io.sluice.proto.resource.v1.Rewrite;
import io.sluice.proto.resource.v1.RouteConfig;
import io.sluice.proto.resource.v1.RouteMatch;
import io.sluice.proto.resource.v1.RouteRule;
import io.sluice.proto.resource.v1.SplitEntry;
import io.sluice.proto.resource.v1.TcpForward;
import io.sluice.proto.resource.v1.TcpOptions;
import io.sluice.proto.resource.v1.UpstreamProtocol;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What a node in training is told: a control plane in the same process that offers each node one
 * snapshot, with the listeners {@code web} and {@code tcp} before one upstream, and the node as an
 * upstream of its own. Thread-safe.
 */
public final class TrainingControlPlane implements AutoCloseable {
    /** More than one, so that a node learns to look routes up. */
    private static final int ROUTES = 200;

    private final List<Entry> entries;
    private final Server server;
    private final CompletableFuture<Void> active = new CompletableFuture<>();

    /**
     * Listens on loopback.
     *
     * @param self where the node will find its listener {@code web} as an upstream of HTTP/2
     * @throws IOException if that is not possible
     */
    public TrainingControlPlane(HostPort upstream, HostPort self) throws IOException {
        this.entries = entries(upstream, self);
        this.server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(new Service())
                        .build()
                        .start();
    }

    public HostPort address() {
        return new HostPort("127.0.0.1", server.getPort());
    }

    /** Completes once a node serves what it was offered. */
    public CompletableFuture<Void> active() {
        return active;
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private static List<Entry> entries(HostPort upstream, HostPort self) {
        List<Entry> entries = new ArrayList<>();
        entries.add(entry("listener", "web", listener().setHttp(HttpOptions.getDefaultInstance())));
        entries.add(
                entry(
                        "listener",
                        "tcp",
                        listener()
                                .setTcp(
                                        TcpOptions.newBuilder()
                                                .setForward(
                                                        TcpForward.newBuilder()
                                                                .setCluster("one")))));
        for (int i = 0; i < ROUTES; i++) {
            entries.add(entry("route", "route-" + i, route(i)));
        }
        entries.add(entry("route", "split", splitRoute()));
        entries.add(
                entry(
                        "weights",
                        "split/all",
                        SplitWeights.newBuilder().addWeights(9).addWeights(1)));
        addCluster(entries, "one", UpstreamProtocol.UPSTREAM_PROTOCOL_HTTP1, upstream);
        addCluster(entries, "two", UpstreamProtocol.UPSTREAM_PROTOCOL_HTTP1, upstream);
        // A request for /h2h2 comes back as one for /h2, and that as one for /any.
        addCluster(entries, "self", UpstreamProtocol.UPSTREAM_PROTOCOL_H2, self);
        entries.add(entry("route", "h2h2", routeToSelf("/h2h2", "/h2")));
        entries.add(entry("route", "h2", routeToSelf("/h2", "/any")));
        return List.copyOf(entries);
    }

    private static void addCluster(
            List<Entry> entries, String name, UpstreamProtocol protocol, HostPort endpoint) {
        entries.add(entry("cluster", name, ClusterConfig.newBuilder().setProtocol(protocol)));
        entries.add(
                entry(
                        "endpoints",
                        name,
                        Endpoints.newBuilder()
                                .addEndpoints(
                                        EndpointConfig.newBuilder()
                                                .setAddress(endpoint.toString()))));
    }

    private static RouteConfig.Builder routeToSelf(String from, String as) {
        return RouteConfig.newBuilder()
                .addListeners("web")
                .addRules(
                        RouteRule.newBuilder()
                                .setName("all")
                                .setMatch(prefix(from))
                                .setRewrite(Rewrite.newBuilder().setPrefix(as))
                                .setForward(Forward.newBuilder().setCluster("self")));
    }

    private static ListenerConfig.Builder listener() {
        return ListenerConfig.newBuilder().setAddress("127.0.0.1:0");
    }

    private static RouteConfig.Builder route(int number) {
        return RouteConfig.newBuilder()
                .addListeners("web")
                .addHosts("h" + number % 10 + ".example")
                .addRules(
                        RouteRule.newBuilder()
                                .setName("all")
                                .setMatch(prefix("/r" + number))
                                .setRequestHeaders(HeaderEdits.newBuilder().putSet("x-route", "r"))
                                .setForward(Forward.newBuilder().setCluster("one")));
    }

    private static RouteConfig.Builder splitRoute() {
        return RouteConfig.newBuilder()
                .addListeners("web")
                .addRules(
                        RouteRule.newBuilder()
                                .setName("all")
                                .setMatch(prefix("/any"))
                                .setForward(
                                        Forward.newBuilder()
                                                .addSplit(split("one"))
                                                .addSplit(split("two"))));
    }

    private static RouteMatch prefix(String path) {
        return RouteMatch.newBuilder().setPath(PathMatch.newBuilder().setPrefix(path)).build();
    }

    private static SplitEntry split(String cluster) {
        return SplitEntry.newBuilder().setCluster(cluster).build();
    }

    private static Entry entry(String kind, String name, Message.Builder body) {
        Entry entry =
                Entry.newBuilder()
                        .setKind(kind)
                        .setName(name)
                        .setBody(ByteString.copyFrom(StateDigest.deterministic(body.build())))
                        .build();
        return entry.toBuilder().setDigest(ByteString.copyFrom(StateDigest.ofBody(entry))).build();
    }

    private SyncResponse offer() {
        Version version =
                Version.newBuilder()
                        .setEpoch(1)
                        .setRevision(1)
                        .setDigest(ByteString.copyFrom(StateDigest.of(entries)))
                        .build();
        SnapshotChunk chunk =
                SnapshotChunk.newBuilder().addAllEntries(entries).setLast(true).build();
        return SyncResponse.newBuilder()
                .setOffer(
                        Offer.newBuilder()
                                .setOfferId(1)
                                .setMode(OfferMode.OFFER_MODE_APPLY)
                                .setVersion(version)
                                .setSnapshot(chunk))
                .build();
    }

    private final class Service extends DiscoveryServiceGrpc.DiscoveryServiceImplBase {
        @Override
        public StreamObserver<SyncRequest> sync(StreamObserver<SyncResponse> responses) {
            return new Receiver<>() {
                @Override
                public void onNext(SyncRequest request) {
                    if (request.hasHello()) {
                        responses.onNext(
                                SyncResponse.newBuilder()
                                        .setWelcome(Welcome.getDefaultInstance())
                                        .build());
                        responses.onNext(offer());
                    } else if (request.hasAck()
                            && request.getAck().getPhase() == Phase.PHASE_ACTIVE) {
                        active.complete(null);
                    } else if (request.hasNack()) {
                        active.completeExceptionally(
                                new IllegalStateException(request.getNack().toString()));
                    }
                }
            };
        }

        @Override
        public StreamObserver<ReportRequest> report(StreamObserver<ReportResponse> responses) {
            return new Receiver<>() {
                @Override
                public void onNext(ReportRequest request) {
                    responses.onNext(
                            ReportResponse.newBuilder().setSequence(request.getSequence()).build());
                }
            };
        }
    }

    private abstract static class Receiver<T> implements StreamObserver<T> {
        @Override
        public void onError(Throwable failure) {
            // The node went away; what it was trained for is in its process.
        }

        @Override
        public void onCompleted() {
            // As above.
        }
    }
}
