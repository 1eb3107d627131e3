package io.sluice.dataplane.snapshot;

import com.google.protobuf.ByteString;

import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.ClusterCompiler;
import io.sluice.dataplane.cluster.ClusterSpec;
import io.sluice.dataplane.cluster.Clusters;
import io.sluice.dataplane.cluster.ClustersChange;
import io.sluice.dataplane.l7.route.CompiledRoute;
import io.sluice.dataplane.l7.route.RouteCompiler;
import io.sluice.dataplane.l7.route.RouteTable;
import io.sluice.dataplane.listener.EarlyCompiler;
import io.sluice.dataplane.listener.ListenerCompiler;
import io.sluice.dataplane.listener.ListenerSpec;
import io.sluice.dataplane.net.SocketSupport;
import io.sluice.dataplane.tls.CertificateCompiler;
import io.sluice.dataplane.tls.TlsCertificate;
import io.sluice.dataplane.tls.TlsContexts;
import io.sluice.proto.Problem;
import io.sluice.proto.Problems;
import io.sluice.proto.discovery.v1.Entry;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceKey;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Compiles the entries of a version into a snapshot: the compilers of the packages, called in
 * request order. Config thread only; touches nothing live.
 *
 * <p>A resource whose entries have the digests they had in the snapshot served now, and whose
 * clusters are the same live objects, is taken over as it was compiled then.
 */
public final class SnapshotCompiler {
    private static final Set<String> UNSUPPORTED_CODES =
            Set.of(EntryCompiler.KIND_CODE, UnknownFields.FIELD_CODE, UnknownFields.VALUE_CODE);

    private static final Logger log = LoggerFactory.getLogger(SnapshotCompiler.class);

    private final Clusters clusters;
    private final TlsContexts tls;
    private final SocketSupport sockets;
    private CompiledParts served = CompiledParts.NONE;

    /** A compiler for the node that has these clusters and contexts. */
    public SnapshotCompiler(Clusters clusters, TlsContexts tls, SocketSupport sockets) {
        this.clusters = clusters;
        this.tls = tls;
        this.sockets = sockets;
    }

    /** What a node does about socket options that it has not. */
    private enum Missing {
        REFUSED,
        /** Rather than to serve nothing; the log says so. */
        LEFT_OUT
    }

    /** Compiles all of it, or says everything that is wrong with it. */
    public CompileOutcome compile(SnapshotVersion version, Collection<Entry> entries) {
        return compile(version, entries, Missing.REFUSED);
    }

    /** The same of what was served before: what has been lost since keeps the rest from nothing. */
    public CompileOutcome restore(SnapshotVersion version, Collection<Entry> entries) {
        return compile(version, entries, Missing.LEFT_OUT);
    }

    private CompileOutcome compile(
            SnapshotVersion version, Collection<Entry> entries, Missing options) {
        List<SnapshotProblem> unknown = new ArrayList<>();
        Map<Kind, SortedMap<String, EntryBundle>> bundles = EntryCompiler.bundle(entries, unknown);
        Problems problems = Problems.collect();
        Map<String, CompiledParts.Part<TlsCertificate>> certificateParts =
                certificates(bundles.getOrDefault(Kind.CERTIFICATE, emptyMap()), problems);
        Map<String, CompiledParts.Part<ClusterSpec>> clusterParts =
                clusters(bundles.getOrDefault(Kind.CLUSTER, emptyMap()), options, problems);
        List<ClusterSpec> clusterSpecs =
                clusterParts.values().stream().map(CompiledParts.Part::value).toList();
        ClustersChange change = clusters.prepare(clusterSpecs);
        SortedMap<String, CompiledParts.Part<CompiledRoute>> routeParts =
                routes(bundles.getOrDefault(Kind.ROUTE, emptyMap()), change, problems);
        Map<String, CompiledParts.Table> tables = tables(routeParts.values());
        Map<String, CompiledParts.Part<ListenerSpec>> listenerParts =
                listeners(
                        bundles.getOrDefault(Kind.LISTENER, emptyMap()),
                        certificateParts,
                        tables,
                        change,
                        options,
                        problems);
        problems.warnings().stream()
                .filter(warning -> warning.code().equals(SocketSupport.CODE))
                .forEach(warning -> log.warn("event=option-missing problem=\"{}\"", warning));
        if (problems.hasErrors() || !unknown.isEmpty()) {
            clusters.discard(change);
            return rejected(unknown, problems);
        }
        List<ListenerSpec> listenerSpecs =
                listenerParts.values().stream().map(CompiledParts.Part::value).toList();
        Snapshot snapshot = new Snapshot(version, clusterSpecs, listenerSpecs);
        return new CompileOutcome.Prepared(
                new PreparedSnapshot(
                        snapshot,
                        change,
                        new CompiledParts(
                                certificateParts,
                                clusterParts,
                                routeParts,
                                tables,
                                listenerParts)));
    }

    /** Forgets a snapshot that was only to be validated. */
    public void discard(PreparedSnapshot prepared) {
        clusters.discard(prepared.clusters());
    }

    /** Remembers what is served from now on. */
    public void keep(PreparedSnapshot prepared) {
        served = prepared.parts();
    }

    private Map<String, CompiledParts.Part<TlsCertificate>> certificates(
            SortedMap<String, EntryBundle> bundles, Problems problems) {
        Map<String, CompiledParts.Part<TlsCertificate>> parts = new HashMap<>();
        bundles.forEach(
                (name, bundle) -> {
                    List<ByteString> digests = bundle.digests();
                    CompiledParts.Part<TlsCertificate> known = served.certificates().get(name);
                    if (known != null && known.holdsFor(digests, use -> null)) {
                        parts.put(name, known);
                        return;
                    }
                    Problems at = problems.in(new ResourceKey(Kind.CERTIFICATE, name));
                    resource(Kind.CERTIFICATE, name, bundle, at)
                            .flatMap(
                                    found ->
                                            CertificateCompiler.compile(
                                                    name, found.certificate(), at))
                            .ifPresent(
                                    certificate ->
                                            parts.put(
                                                    name,
                                                    new CompiledParts.Part<>(
                                                            digests, Map.of(), certificate)));
                });
        return parts;
    }

    private Map<String, CompiledParts.Part<ClusterSpec>> clusters(
            SortedMap<String, EntryBundle> bundles, Missing options, Problems problems) {
        Map<String, CompiledParts.Part<ClusterSpec>> parts = new HashMap<>();
        bundles.forEach(
                (name, bundle) -> {
                    List<ByteString> digests = bundle.digests();
                    CompiledParts.Part<ClusterSpec> known = served.clusters().get(name);
                    if (known != null && known.holdsFor(digests, use -> null)) {
                        parts.put(name, known);
                        return;
                    }
                    Problems at = problems.in(new ResourceKey(Kind.CLUSTER, name));
                    resource(Kind.CLUSTER, name, bundle, at)
                            .map(
                                    cluster ->
                                            ClusterCompiler.compile(
                                                    name,
                                                    cluster.cluster(),
                                                    cluster.cluster().getEndpointsList(),
                                                    tls,
                                                    at))
                            .map(spec -> fit(spec, options, at))
                            .ifPresent(
                                    spec ->
                                            parts.put(
                                                    name,
                                                    new CompiledParts.Part<>(
                                                            digests, Map.of(), spec)));
                });
        return parts;
    }

    private ClusterSpec fit(ClusterSpec spec, Missing options, Problems at) {
        return switch (options) {
            case REFUSED -> {
                sockets.check(spec.sockets(), at);
                yield spec;
            }
            case LEFT_OUT -> spec.with(sockets.available(spec.sockets(), at));
        };
    }

    private SortedMap<String, CompiledParts.Part<CompiledRoute>> routes(
            SortedMap<String, EntryBundle> bundles, ClustersChange change, Problems problems) {
        SortedMap<String, CompiledParts.Part<CompiledRoute>> parts = new TreeMap<>();
        bundles.forEach(
                (name, bundle) -> {
                    List<ByteString> digests = bundle.digests();
                    CompiledParts.Part<CompiledRoute> known = served.routes().get(name);
                    if (known != null && known.holdsFor(digests, change::byName)) {
                        parts.put(name, known);
                        return;
                    }
                    Problems at = problems.in(new ResourceKey(Kind.ROUTE, name));
                    Uses uses = new Uses(change);
                    resource(Kind.ROUTE, name, bundle, at)
                            .flatMap(route -> RouteCompiler.compile(name, route.route(), uses, at))
                            .ifPresent(
                                    route ->
                                            parts.put(
                                                    name,
                                                    new CompiledParts.Part<>(
                                                            digests, uses.seen, route)));
                });
        return parts;
    }

    /** The table of each listener that a route names; the one served now where its routes are. */
    private Map<String, CompiledParts.Table> tables(
            Collection<CompiledParts.Part<CompiledRoute>> routes) {
        Map<String, List<CompiledRoute>> byListener = new HashMap<>();
        for (CompiledParts.Part<CompiledRoute> route : routes) {
            for (String listener : route.value().listeners()) {
                byListener.computeIfAbsent(listener, name -> new ArrayList<>()).add(route.value());
            }
        }
        Map<String, CompiledParts.Table> tables = new HashMap<>();
        byListener.forEach((listener, list) -> tables.put(listener, table(listener, list)));
        return tables;
    }

    private CompiledParts.Table table(String listener, List<CompiledRoute> routes) {
        CompiledParts.Table known = served.tables().get(listener);
        if (known != null && known.routes().equals(routes)) {
            return known;
        }
        return new CompiledParts.Table(List.copyOf(routes), RouteCompiler.table(listener, routes));
    }

    private static RouteTable routes(String listener, Map<String, CompiledParts.Table> tables) {
        CompiledParts.Table table = tables.get(listener);
        return table == null ? RouteTable.EMPTY : table.table();
    }

    private Map<String, CompiledParts.Part<ListenerSpec>> listeners(
            SortedMap<String, EntryBundle> bundles,
            Map<String, CompiledParts.Part<TlsCertificate>> certificates,
            Map<String, CompiledParts.Table> tables,
            ClustersChange change,
            Missing options,
            Problems problems) {
        Map<String, CompiledParts.Part<ListenerSpec>> parts = new HashMap<>();
        bundles.forEach(
                (name, bundle) -> {
                    List<ByteString> digests = bundle.digests();
                    CompiledParts.Part<ListenerSpec> known = served.listeners().get(name);
                    RouteTable table = routes(name, tables);
                    if (known != null
                            && certificates.equals(served.certificates())
                            && table.equals(routes(name, served.tables()))
                            && known.holdsFor(digests, change::byName)) {
                        parts.put(name, known);
                        return;
                    }
                    Problems at = problems.in(new ResourceKey(Kind.LISTENER, name));
                    Uses uses = new Uses(change);
                    resource(Kind.LISTENER, name, bundle, at)
                            .flatMap(
                                    listener ->
                                            ListenerCompiler.compile(
                                                            name,
                                                            listener.listener(),
                                                            uses,
                                                            table,
                                                            at)
                                                    .flatMap(
                                                            spec ->
                                                                    EarlyCompiler.compile(
                                                                                    listener
                                                                                            .listener(),
                                                                                    uses,
                                                                                    name(
                                                                                            certificates),
                                                                                    tls,
                                                                                    at)
                                                                            .map(spec::with)))
                            .map(spec -> fit(spec, options, at.at("socket")))
                            .ifPresent(
                                    spec ->
                                            parts.put(
                                                    name,
                                                    new CompiledParts.Part<>(
                                                            digests, uses.seen, spec)));
                });
        return parts;
    }

    private ListenerSpec fit(ListenerSpec spec, Missing options, Problems at) {
        return switch (options) {
            case REFUSED -> {
                sockets.check(spec.socket(), at);
                yield spec;
            }
            case LEFT_OUT -> spec.with(sockets.available(spec.socket(), at));
        };
    }

    private static Function<String, @Nullable TlsCertificate> name(
            Map<String, CompiledParts.Part<TlsCertificate>> certificates) {
        return name -> {
            CompiledParts.Part<TlsCertificate> part = certificates.get(name);
            return part == null ? null : part.value();
        };
    }

    /** The resource, if nothing is wrong with it by itself. */
    @SuppressWarnings("ThreadPriorityCheck") // A hint only: nothing is wrong without it.
    private static Optional<Resource> resource(
            Kind kind, String name, EntryBundle bundle, Problems at) {
        // Thousands take a while, on a core that an event loop may need now.
        Thread.yield();
        int errors = at.errors().size();
        Optional<Resource> resource =
                EntryCompiler.compile(new ResourceKey(kind, name), bundle, at);
        return at.errors().size() == errors ? resource : Optional.empty();
    }

    private static CompileOutcome.Rejected rejected(
            List<SnapshotProblem> unknown, Problems problems) {
        List<SnapshotProblem> all = new ArrayList<>(unknown);
        for (Problem problem : problems.errors()) {
            all.add(SnapshotProblem.of(problem));
        }
        boolean unsupported =
                all.stream().anyMatch(problem -> UNSUPPORTED_CODES.contains(problem.code()));
        return new CompileOutcome.Rejected(unsupported, List.copyOf(all));
    }

    private static SortedMap<String, EntryBundle> emptyMap() {
        return Collections.emptySortedMap();
    }

    /** Looks clusters up and remembers which. */
    private static final class Uses implements Function<String, @Nullable Cluster> {
        private final ClustersChange change;
        final Map<String, Cluster> seen = new HashMap<>();

        Uses(ClustersChange change) {
            this.change = change;
        }

        @Override
        public @Nullable Cluster apply(String name) {
            Cluster cluster = change.byName(name);
            if (cluster != null) {
                seen.put(name, cluster);
            }
            return cluster;
        }
    }
}
