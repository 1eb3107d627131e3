package io.sluice.controlplane.storage;

import static io.sluice.controlplane.storage.Samples.delete;
import static io.sluice.controlplane.storage.Samples.dryRun;
import static io.sluice.controlplane.storage.Samples.rollback;
import static io.sluice.controlplane.storage.Samples.upsert;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.controlplane.storage.ChangeResult.Reason;
import io.sluice.proto.Problem;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceKey;
import io.sluice.proto.resource.v1.CertificateConfig;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Private keys stay in the store. */
final class CertificateKeyTest {
    private static final ResourceKey EDGE = new ResourceKey(Kind.CERTIFICATE, "edge");

    private final JdbcResourceStore store = JdbcResourceStore.inMemory(StoreFixture.CLOCK);

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void withoutKeyTheStoredOneIsKeptIfItFits() throws IOException {
        store.apply(upsert(certificate("a", "a")));
        assertThat(store.apply(upsert(certificate("a", ""))))
                .isInstanceOf(ChangeResult.Unchanged.class);
        assertThat(key()).isEqualTo(pem("a.key"));
        assertThat(store.apply(upsert(certificate("b", ""))))
                .isInstanceOfSatisfying(
                        ChangeResult.Rejected.class,
                        rejected -> assertThat(rejected.reason()).isEqualTo(Reason.INVALID));
        assertThat(store.apply(upsert(certificate("b", "b"))))
                .isInstanceOf(ChangeResult.Applied.class);
        assertThat(key()).isEqualTo(pem("b.key"));
    }

    @Test
    void aNewCertificateNeedsAKey() throws IOException {
        assertThat(store.apply(upsert(certificate("a", ""))))
                .isInstanceOf(ChangeResult.Rejected.class);
    }

    @Test
    void takesNoNewCertificateThatHasExpired() throws IOException {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2300-01-01T00:00:00Z"));
        Instant before = StoreFixture.CLOCK.instant();
        try (JdbcResourceStore later = JdbcResourceStore.inMemory(now::get)) {
            assertThat(later.apply(upsert(certificate("a", "a"))))
                    .isInstanceOfSatisfying(
                            ChangeResult.Rejected.class,
                            rejected ->
                                    assertThat(rejected.problems())
                                            .extracting(Problem::code)
                                            .containsExactly("EXPIRED"));
            // What expires in the store stays there, and can come back.
            now.set(before);
            later.apply(upsert(certificate("a", "a")));
            later.apply(delete(EDGE));
            now.set(Instant.parse("2300-01-01T00:00:00Z"));
            assertThat(later.rollback(rollback(1)))
                    .isInstanceOfSatisfying(
                            ChangeResult.Applied.class,
                            applied ->
                                    assertThat(applied.warnings())
                                            .extracting(Problem::code)
                                            .containsExactly("EXPIRED"));
            assertThat(later.apply(upsert(certificate("a", "a"))))
                    .isInstanceOf(ChangeResult.Unchanged.class);
        }
    }

    @Test
    void rollbackRestoresTheKey() throws IOException {
        store.apply(upsert(certificate("a", "a")));
        store.apply(upsert(certificate("b", "b")));
        store.apply(delete(EDGE));
        assertThat(store.rollback(rollback(1))).isInstanceOf(ChangeResult.Applied.class);
        assertThat(key()).isEqualTo(pem("a.key"));
    }

    @Test
    void nothingThatLeavesTheStoreHoldsAKey() throws IOException {
        List<Object> seen = new ArrayList<>();
        store.onCommit(commit -> seen.add(commit.changes()));
        seen.add(store.apply(upsert(certificate("a", "a"))));
        seen.add(store.apply(dryRun(upsert(certificate("b", "b")))));
        seen.add(store.apply(upsert(certificate("b", "b"))));
        seen.add(store.revision(2));
        seen.add(store.diff(1, 2));
        String text = changes(seen);
        assertThat(text).contains("sha256:", "BEGIN CERTIFICATE").doesNotContain("PRIVATE KEY");
        String secret = pem("a.key").lines().skip(1).findFirst().orElseThrow();
        assertThat(text).doesNotContain(secret);
    }

    /** Everything in it, down to the messages. */
    private static String changes(List<Object> seen) {
        StringBuilder text = new StringBuilder();
        for (Object one : seen) {
            List<?> changes =
                    switch (one) {
                        case ChangeResult.Applied applied -> applied.changes();
                        case ChangeResult.DryRun run -> run.changes();
                        case Lookup.Found<?>(Revision revision) -> revision.changes();
                        case Lookup.Found<?>(List<?> list) -> list;
                        case List<?> list -> list;
                        default -> throw new AssertionError(one);
                    };
            assertThat(changes).isNotEmpty();
            for (Object change : changes) {
                ResourceChange resource = (ResourceChange) change;
                text.append(resource);
                text.append(resource.before() == null ? "" : resource.before().config());
                text.append(resource.after() == null ? "" : resource.after().config());
            }
        }
        return text.toString();
    }

    private String key() {
        StoredResource stored = store.current().get(EDGE);
        return stored == null ? "" : stored.resource().certificate().getPrivateKey();
    }

    static Resource certificate(String certificate, String key) throws IOException {
        CertificateConfig.Builder spec =
                CertificateConfig.newBuilder().setCertificate(pem(certificate + ".crt"));
        if (!key.isEmpty()) {
            spec.setPrivateKey(pem(key + ".key"));
        }
        return Resource.certificate("edge", spec.build());
    }

    private static String pem(String name) throws IOException {
        try (InputStream in = CertificateKeyTest.class.getResourceAsStream(name + ".pem")) {
            if (in == null) {
                throw new IOException("no " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
