package io.sluice.controlplane.storage;

import static io.sluice.controlplane.storage.Samples.change;
import static io.sluice.controlplane.storage.Samples.cluster;
import static io.sluice.controlplane.storage.Samples.delete;
import static io.sluice.controlplane.storage.Samples.listener;
import static io.sluice.controlplane.storage.Samples.rollback;
import static io.sluice.controlplane.storage.Samples.route;
import static io.sluice.controlplane.storage.Samples.upsert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.controlplane.storage.StorageException.Unusable;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.ResourceKey;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

final class BackupTest {
    private static final InstantSource LATER = () -> Instant.parse("2026-11-22T10:00:00Z");
    private static final InstantSource EARLIER = () -> Instant.parse("2020-01-01T00:00:00Z");

    @TempDir Path temporary;

    @Test
    void aRestoredStoreHasEverythingAndAHigherEpoch() throws IOException {
        Path file = temporary.resolve("backup");
        Map<ResourceKey, StoredResource> before;
        Lookup<List<ResourceChange>> history;
        StoreState state;
        try (JdbcResourceStore store = filled()) {
            state = store.current();
            before = StoreFixture.contents(state);
            history = store.diff(1, state.revision());
            backup(store, file);
        }
        Path data = temporary.resolve("new");
        try (DataDirectory directory = DataDirectory.lock(data)) {
            Restore.Restored restored = new Restore(file, LATER).into(directory, false);
            assertThat(restored.epoch()).isEqualTo(LATER.instant().getEpochSecond());
            try (JdbcResourceStore store =
                    JdbcResourceStore.open(directory, StoreOptions.DEFAULT, LATER)) {
                assertThat(StoreFixture.contents(store.current())).isEqualTo(before);
                assertThat(store.current().epoch())
                        .isEqualTo(restored.epoch())
                        .isGreaterThan(state.epoch());
                assertThat(store.current().revision()).isEqualTo(state.revision());
                assertThat(store.current().canaries()).isEqualTo(state.canaries()).isNotEmpty();
                assertThat(store.current().drainedNodes()).containsExactly("node-1");
                assertThat(store.diff(1, state.revision())).isEqualTo(history);
                assertThat(store.apply(upsert(cluster("new", 1))))
                        .isInstanceOfSatisfying(
                                ChangeResult.Applied.class,
                                applied ->
                                        assertThat(applied.revision())
                                                .isEqualTo(state.revision() + 1));
                assertThat(store.rollback(rollback(1))).isInstanceOf(ChangeResult.Applied.class);
            }
        }
    }

    @Test
    void theEpochRisesEvenWhenTheClockDoesNot() throws IOException {
        Path file = temporary.resolve("backup");
        try (JdbcResourceStore store = filled()) {
            backup(store, file);
        }
        try (DataDirectory directory = DataDirectory.lock(temporary.resolve("new"))) {
            long first = new Restore(file, EARLIER).into(directory, false).epoch();
            long second = new Restore(file, EARLIER).into(directory, true).epoch();
            assertThat(first).isEqualTo(StoreFixture.CLOCK.instant().getEpochSecond() + 1);
            assertThat(second).isEqualTo(first + 1);
        }
    }

    @Test
    void aDatabaseThatIsThereStaysUnlessForcedAndIsKeptAside() throws IOException {
        Path file = temporary.resolve("backup");
        try (JdbcResourceStore store = filled()) {
            backup(store, file);
        }
        Path data = temporary.resolve("data");
        try (DataDirectory directory = DataDirectory.lock(data)) {
            JdbcResourceStore.open(directory, StoreOptions.DEFAULT, LATER).close();
            assertThatThrownBy(() -> new Restore(file, LATER).into(directory, false))
                    .isInstanceOf(Unusable.class)
                    .hasMessageContaining("--force");
            new Restore(file, LATER).into(directory, true);
            assertThat(data.toFile().list((dir, name) -> name.contains("before-restore")))
                    .hasSize(1);
        }
    }

    @Test
    void aDamagedDatabaseCanBeReplaced() throws IOException {
        Path file = temporary.resolve("backup");
        try (JdbcResourceStore store = filled()) {
            backup(store, file);
        }
        Path data = temporary.resolve("data");
        try (DataDirectory directory = DataDirectory.lock(data)) {
            JdbcResourceStore.open(directory, StoreOptions.DEFAULT, LATER).close();
            Files.writeString(data.resolve("sluice.mv.db"), "garbage");
            new Restore(file, LATER).into(directory, true);
            JdbcResourceStore.open(directory, StoreOptions.DEFAULT, LATER).close();
        }
    }

    @Test
    void aFileThatIsNotSoundChangesNothing() throws IOException {
        Path good = temporary.resolve("backup");
        try (JdbcResourceStore store = filled()) {
            backup(store, good);
        }
        List<String> lines = Files.readAllLines(good);
        String text = Files.readString(good);
        Path data = temporary.resolve("data");
        try (DataDirectory directory = DataDirectory.lock(data)) {
            refused(directory, "does not exist", temporary.resolve("none"));
            refused(
                    directory,
                    "incomplete",
                    file(String.join("\n", lines.subList(0, lines.size() - 1)) + "\n"));
            refused(directory, "cut off", file(text.substring(0, text.length() / 2)));
            refused(directory, "checksum", file(text.replace("a message", "b message")));
            refused(directory, "checksum", file(text.replace(lines.get(2) + "\n", "")));
            refused(directory, "no backup", file("{\"some\":\"json\"}\n"));
            refused(directory, "cannot be read", file("some text\n"));
            refused(directory, "incomplete", file(""));
            refused(
                    directory,
                    "newer",
                    file(text.replace("{\"sluiceBackup\":1", "{\"sluiceBackup\":2")));
            refused(directory, "goes on", file(text + lines.getLast() + "\n"));
            assertThat(data.toFile().list()).containsExactly("lock");
        }
    }

    @Test
    void writesGoOnDuringABackup() throws IOException {
        Path file = temporary.resolve("backup");
        try (JdbcResourceStore store = filled()) {
            long revision = store.current().revision();
            AtomicBoolean wrote = new AtomicBoolean();
            // Each piece that is written out meets another commit.
            OutputStream slow =
                    new ByteArrayOutputStream() {
                        @Override
                        public synchronized void write(byte[] bytes, int from, int length) {
                            super.write(bytes, from, length);
                            wrote.set(
                                    store.apply(upsert(cluster("busy", 1 + size() % 60_000)))
                                            instanceof ChangeResult.Applied);
                        }
                    };
            store.backup(slow);
            assertThat(wrote).isTrue();
            assertThat(store.current().revision()).isGreaterThan(revision + 3);
            Files.writeString(file, slow.toString());
            assertThat(Restore.check(file)).contains("revision " + revision + ",");
            assertThat(Files.readString(file, StandardCharsets.UTF_8)).doesNotContain("busy");
        }
    }

    @Test
    void aBackupMovesBetweenTheDatabases() throws IOException {
        Path fromH2 = temporary.resolve("h2");
        Map<ResourceKey, StoredResource> before;
        try (JdbcResourceStore store = filled()) {
            before = StoreFixture.contents(store.current());
            backup(store, fromH2);
        }
        try (EmbeddedPostgres server = PostgresStoreTest.newServer()) {
            String url = server.getJdbcUrl("postgres", "postgres");
            new Restore(fromH2, LATER).intoPostgres(url, false);
            assertThatThrownBy(() -> new Restore(fromH2, LATER).intoPostgres(url, false))
                    .isInstanceOf(Unusable.class)
                    .hasMessageContaining("--force");
            new Restore(fromH2, LATER).intoPostgres(url, true);
            try (JdbcResourceStore store =
                    JdbcResourceStore.openPostgres(url, StoreOptions.DEFAULT, LATER)) {
                assertThat(StoreFixture.contents(store.current())).isEqualTo(before);
                assertThat(store.current().epoch()).isEqualTo(LATER.instant().getEpochSecond() + 1);
                Path fromPostgres = temporary.resolve("postgres");
                backup(store, fromPostgres);
                assertThat(content(fromPostgres)).isEqualTo(content(fromH2));
            }
        }
    }

    /** Everything but the first and last line, which tell time and epoch. */
    private static List<String> content(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        return lines.subList(1, lines.size() - 1);
    }

    private static void refused(DataDirectory directory, String why, Path file) {
        assertThatThrownBy(() -> new Restore(file, LATER).into(directory, true))
                .isInstanceOf(Unusable.class)
                .hasMessageContaining(why)
                .hasMessageContaining(file.toString());
    }

    private Path file(String text) throws IOException {
        return Files.writeString(
                temporary.resolve("backup-" + Integer.toHexString(text.hashCode())), text);
    }

    private static void backup(JdbcResourceStore store, Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            store.backup(out);
        }
    }

    private static JdbcResourceStore filled() throws IOException {
        JdbcResourceStore store = JdbcResourceStore.inMemory(StoreFixture.CLOCK);
        store.apply(
                upsert(
                        listener("web", 80),
                        cluster("a", 1),
                        cluster("b", 2),
                        route("shop", "web", "a=1", "b=1")));
        store.apply(upsert(CertificateKeyTest.certificate("a", "a")));
        for (int i = 1; i < 250; i++) {
            store.apply(upsert(cluster("a", i)));
        }
        store.apply(delete(new ResourceKey(Kind.CERTIFICATE, "edge")));
        store.apply(change(new Operation.SetWeights("shop", Map.of("b", 10))));
        store.apply(upsert(CertificateKeyTest.certificate("b", "b")));
        store.setDrained("node-1", true);
        return store;
    }
}
