package io.sluice.controlplane.storage;

import static io.sluice.controlplane.storage.Samples.cluster;
import static io.sluice.controlplane.storage.Samples.upsert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.controlplane.storage.StorageException.Unusable;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;

final class DataDirectoryTest {
    @TempDir Path temporary;

    @Test
    void onlyItsOwnerReadsIt() throws IOException {
        Path data = temporary.resolve("a/b/data");
        fill(data);
        assertThat(mode(data)).isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(data)) {
            List<Path> all = files.toList();
            assertThat(all)
                    .hasSize(3)
                    .allSatisfy(file -> assertThat(mode(file)).isEqualTo("rw-------"));
        }
    }

    @Test
    void oneProcessHasIt() {
        Path data = temporary.resolve("data");
        try (DataDirectory directory = DataDirectory.lock(data)) {
            assertThatThrownBy(() -> DataDirectory.lock(data))
                    .isInstanceOf(Unusable.class)
                    .hasMessageContaining("in use")
                    .hasMessageContaining(Long.toString(ProcessHandle.current().pid()));
            assertThat(DataDirectory.restOfHolder(data)).isEmpty();
            directory.announce("127.0.0.1:7070");
            assertThat(DataDirectory.restOfHolder(data)).contains("127.0.0.1:7070");
        }
        assertThat(DataDirectory.restOfHolder(data)).isEmpty();
        DataDirectory.lock(data).close();
    }

    @Test
    void whatIsNoDirectoryIsOneSentence() throws IOException {
        Path file = Files.writeString(temporary.resolve("file"), "x");
        assertThatThrownBy(() -> DataDirectory.lock(file))
                .isInstanceOf(Unusable.class)
                .hasMessageContaining("is not a directory");
        assertThatThrownBy(() -> DataDirectory.lock(file.resolve("below")))
                .isInstanceOf(Unusable.class);
    }

    /** Ways in which a file is lost. */
    enum Damage {
        GARBAGE,
        EMPTY,
        MISSING,
        HEAD_LOST,
        TAIL_LOST,
        MIDDLE_LOST
    }

    static Stream<Damage> damages() {
        return Stream.of(Damage.values());
    }

    @ParameterizedTest
    @MethodSource("damages")
    void aDamagedFileIsRefusedWithTheWayOutAndLeftAsItIs(Damage damage) throws IOException {
        Path data = temporary.resolve("data");
        fill(data);
        Path file = data.resolve("sluice.mv.db");
        damage(file, damage);
        byte[] before = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];

        assertThatThrownBy(() -> open(data))
                .isInstanceOf(Unusable.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(
                        "sluice-control-plane restore FILE --force --data-dir " + data)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));

        assertThat(Files.exists(file) ? Files.readAllBytes(file) : new byte[0]).isEqualTo(before);
    }

    private static void damage(Path file, Damage damage) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            long length = bytes.length();
            switch (damage) {
                case GARBAGE -> {
                    bytes.setLength(0);
                    bytes.writeBytes("this is no database");
                }
                case EMPTY -> bytes.setLength(0);
                case MISSING -> Files.delete(file);
                case HEAD_LOST -> bytes.write(new byte[8192]);
                case TAIL_LOST -> bytes.setLength(length / 2);
                case MIDDLE_LOST -> {
                    bytes.seek(8192);
                    bytes.write(new byte[(int) (length - 8192 - 4096)]);
                }
            }
        }
    }

    private static void fill(Path data) {
        try (DataDirectory directory = DataDirectory.lock(data);
                JdbcResourceStore store =
                        JdbcResourceStore.open(
                                directory, StoreOptions.DEFAULT, StoreFixture.CLOCK)) {
            for (int i = 1; i <= 50; i++) {
                store.apply(upsert(cluster("c" + i, i, i + 1, i + 2, i + 3, i + 4)));
            }
        }
    }

    private static void open(Path data) {
        try (DataDirectory directory = DataDirectory.lock(data)) {
            JdbcResourceStore.open(directory, StoreOptions.DEFAULT, StoreFixture.CLOCK).close();
        }
    }

    private static String mode(Path path) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
