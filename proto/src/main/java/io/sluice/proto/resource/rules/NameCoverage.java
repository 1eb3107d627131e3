package io.sluice.proto.resource.rules;

import io.sluice.proto.DnsName;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.CertificateView;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceKey;
import io.sluice.proto.resource.ResourceSet;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Whether the certificates of a listener name the hosts that its routes are for. Pure. */
public final class NameCoverage {
    private final ResourceSet resources;
    private final Map<String, Optional<Set<String>>> namesOf = new HashMap<>();

    private NameCoverage(ResourceSet resources) {
        this.resources = resources;
    }

    /**
     * Warns, HOST_NOT_COVERED at the route, of hosts for which a client of the listener would get a
     * certificate with other names.
     *
     * @param changed what the warnings must have to do with: a route, its listener or a certificate
     */
    public static void check(
            ResourceSet resources, Predicate<ResourceKey> changed, Problems problems) {
        boolean tls =
                resources.all(Kind.LISTENER).stream()
                        .anyMatch(listener -> listener.listener().hasTls());
        if (!tls) {
            return;
        }
        var coverage = new NameCoverage(resources);
        for (Resource route : resources.all(Kind.ROUTE)) {
            for (String name : route.route().getListenersList()) {
                resources
                        .find(new ResourceKey(Kind.LISTENER, name))
                        .filter(listener -> listener.listener().hasTls())
                        .filter(
                                listener ->
                                        changed.test(route.key())
                                                || changed.test(listener.key())
                                                || anyChanged(listener, changed))
                        .ifPresent(
                                listener ->
                                        coverage.check(route, listener, problems.in(route.key())));
            }
        }
    }

    private static boolean anyChanged(Resource listener, Predicate<ResourceKey> changed) {
        return listener.listener().getTls().getCertificatesList().stream()
                .anyMatch(name -> changed.test(new ResourceKey(Kind.CERTIFICATE, name)));
    }

    private void check(Resource route, Resource listener, Problems problems) {
        Optional<Set<String>> names =
                namesOf.computeIfAbsent(listener.name(), any -> names(listener));
        if (names.isEmpty()) {
            return;
        }
        List<String> hosts = route.route().getHostsList();
        for (int i = 0; i < hosts.size(); i++) {
            Optional<HostPattern> host = HostPattern.parse(hosts.get(i));
            if (host.isPresent() && !isCovered(host.get(), names.get())) {
                problems.at("hosts", i)
                        .warn(
                                "HOST_NOT_COVERED",
                                "no certificate of "
                                        + listener.key()
                                        + " names "
                                        + Checks.quoted(hosts.get(i)),
                                "they name " + String.join(", ", names.get()));
            }
        }
    }

    /** What the certificates name, in lower case; empty where one of them is not here. */
    private Optional<Set<String>> names(Resource listener) {
        Set<String> names = new HashSet<>();
        for (String certificate : listener.listener().getTls().getCertificatesList()) {
            Optional<CertificateView> view =
                    resources
                            .find(new ResourceKey(Kind.CERTIFICATE, certificate))
                            .flatMap(found -> CertificateView.of(found.certificate()));
            if (view.isEmpty()) {
                return Optional.empty();
            }
            view.get().names().forEach(name -> names.add(DnsName.canonical(name)));
        }
        return Optional.of(names);
    }

    private static boolean isCovered(HostPattern host, Set<String> names) {
        return switch (host.kind()) {
            case ANY -> true;
            case WILDCARD -> names.contains("*" + host.name());
            case EXACT -> {
                int dot = host.name().indexOf('.');
                yield names.contains(host.name())
                        || (dot > 0 && names.contains("*" + host.name().substring(dot)));
            }
        };
    }
}
