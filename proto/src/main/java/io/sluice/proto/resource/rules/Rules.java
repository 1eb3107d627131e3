package io.sluice.proto.resource.rules;

import io.sluice.proto.Limits;
import io.sluice.proto.Problem;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.CertificateView;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceKey;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.util.List;

/** The checks that one resource must pass by itself. Any thread. */
public final class Rules {
    private Rules() {}

    /**
     * Adds what is wrong with a resource, at {@code problems.in(resource.key())}. Where errors
     * about it are there already (from decoding), those that only follow from them are left out. A
     * certificate must have its key.
     */
    public static void check(Resource resource, Problems problems) {
        check(resource, false, problems);
    }

    /**
     * Like {@link #check}, for files: what may be left out because it is stored is a warning at
     * most.
     */
    public static void checkPartial(Resource resource, Problems problems) {
        check(resource, true, problems);
    }

    /** Warns of a certificate that is not valid yet, or no longer. Other kinds have no dates. */
    public static void checkDates(Resource resource, Instant now, Problems problems) {
        if (resource.kind() != Kind.CERTIFICATE) {
            return;
        }
        Problems at = problems.in(resource.key()).at("certificate");
        CertificateView.of(resource.certificate())
                .ifPresent(
                        view -> {
                            if (now.isAfter(view.notAfter())) {
                                at.warn("EXPIRED", "expired at " + view.notAfter());
                            } else if (now.isBefore(view.notBefore())) {
                                at.warn("NOT_YET_VALID", "is not valid before " + view.notBefore());
                            }
                        });
    }

    /**
     * Refuses a certificate that has expired: for one that is new, since one that is stored and
     * expires later has to stay valid input.
     *
     * @param stored what it takes the place of; null for nothing
     */
    public static void checkNotExpired(
            Resource resource, @Nullable Resource stored, Instant now, Problems problems) {
        if (resource.kind() != Kind.CERTIFICATE) {
            return;
        }
        String pem = resource.certificate().getCertificate();
        if (stored != null && stored.certificate().getCertificate().equals(pem)) {
            return;
        }
        Problems at = problems.in(resource.key()).at("certificate");
        CertificateView.of(resource.certificate())
                .filter(view -> now.isAfter(view.notAfter()))
                .ifPresent(
                        view ->
                                at.reject(
                                        "EXPIRED",
                                        "expired at " + view.notAfter(),
                                        "clients would refuse it: apply one that is valid"));
    }

    private static void check(Resource resource, boolean partial, Problems problems) {
        ResourceKey key = resource.key();
        List<Problem> before =
                problems.errors().stream().filter(error -> key.equals(error.resource())).toList();
        Problems found = Problems.collect();
        Problems in = found.in(key);
        Checks.name(key.name(), in.at("name"));
        Checks.labels(resource.labels(), Limits.LABELS_MAX, in.at("labels"));
        switch (key.kind()) {
            case LISTENER -> ListenerRules.check(resource.listener(), in);
            case ROUTE -> RouteRules.check(resource.route(), in);
            case CLUSTER -> ClusterRules.check(resource.cluster(), in);
            case CERTIFICATE -> CertificateRules.check(resource.certificate(), partial, in);
        }
        found.errors().stream()
                .filter(error -> before.stream().noneMatch(other -> follows(error, other)))
                .forEach(problems::add);
        found.warnings().forEach(problems::addWarning);
    }

    /**
     * Whether an error may be there only because of another: its field is that one's, around it or
     * inside it.
     */
    private static boolean follows(Problem error, Problem before) {
        return isWithin(before.field(), error.field()) || isWithin(error.field(), before.field());
    }

    private static boolean isWithin(String inner, String outer) {
        if (outer.isEmpty()) {
            return true;
        }
        boolean begins = inner.startsWith(outer);
        return begins
                && (inner.length() == outer.length()
                        || inner.charAt(outer.length()) == '.'
                        || inner.charAt(outer.length()) == '[');
    }
}
