package io.sluice.dataplane.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.snapshot.SnapshotVersion;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Optional;

class LastGoodSnapshotTest {
    private static final SnapshotState FIRST = TestEntries.state(1, TestEntries.cluster("a"));
    private static final SnapshotState SECOND =
            TestEntries.state(2, TestEntries.cluster("a"), TestEntries.cluster("b"));

    private static final SnapshotState THIRD = TestEntries.state(3, TestEntries.cluster("c"));

    @TempDir Path dir;
    private LastGoodSnapshot files;

    @BeforeEach
    void saveTwo() throws IOException {
        files = new LastGoodSnapshot(dir);
        files.save(FIRST);
        files.save(SECOND);
    }

    @Test
    void returnsWhatWasSavedLast() {
        SnapshotState loaded = files.load(Optional.empty()).orElseThrow();
        assertThat(loaded.version()).isEqualTo(SECOND.version());
        assertThat(loaded.entries()).isEqualTo(SECOND.entries());
    }

    @Test
    void hasNothingInAnEmptyFolder(@TempDir Path empty) {
        assertThat(new LastGoodSnapshot(empty).load(Optional.empty())).isEmpty();
    }

    @Test
    void isReadableByItsOwnerOnly() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(current())))
                .isEqualTo("rw-------");
    }

    @Test
    void fallsBackToThePreviousOneForEveryFlippedByte() throws IOException {
        byte[] good = Files.readAllBytes(current());
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 0x20;
            Files.write(current(), bad);
            assertThat(loadedRevision()).as("byte %d flipped", i).isEqualTo(1);
        }
    }

    @Test
    void fallsBackToThePreviousOneForEveryTruncation() throws IOException {
        byte[] good = Files.readAllBytes(current());
        for (int length = 0; length < good.length; length++) {
            Files.write(current(), Arrays.copyOf(good, length));
            assertThat(loadedRevision()).as("%d bytes left", length).isEqualTo(1);
        }
    }

    @Test
    void fallsBackWhenMoreFollows() throws IOException {
        byte[] good = Files.readAllBytes(current());
        Files.write(current(), Arrays.copyOf(good, good.length + 1));
        assertThat(loadedRevision()).isEqualTo(1);
    }

    @Test
    void hasNothingWhenBothAreBad() throws IOException {
        Files.writeString(current(), "garbage");
        Files.writeString(dir.resolve("previous.snapshot"), "");
        assertThat(files.load(Optional.empty())).isEmpty();
    }

    @Test
    void passesOverTheSuspect() {
        assertThat(files.load(Optional.of(SECOND.version())).orElseThrow().version())
                .isEqualTo(FIRST.version());
    }

    @Test
    void theSuspectNeverReplacesThePreviousOne() throws IOException {
        Optional<SnapshotVersion> suspect = Optional.of(SECOND.version());
        files.load(suspect);
        files.save(THIRD);
        assertThat(files.load(Optional.of(THIRD.version())).orElseThrow().version())
                .isEqualTo(FIRST.version());
    }

    @Test
    void whatCannotBeReadOrServedNeverReplacesThePreviousOne() throws IOException {
        Files.writeString(current(), "garbage");
        files.load(Optional.empty());
        files.save(THIRD);
        assertThat(files.loadPrevious(THIRD.version()).orElseThrow().version())
                .isEqualTo(FIRST.version());
        files.save(TestEntries.state(4, TestEntries.cluster("d")));
        Files.writeString(current(), "");
        assertThat(loadedRevision()).isEqualTo(1);
    }

    @Test
    void anUnfinishedWriteChangesNothing() throws IOException {
        Files.writeString(dir.resolve("current.snapshot.tmp"), "half");
        assertThat(loadedRevision()).isEqualTo(2);
        files.save(TestEntries.state(3, TestEntries.cluster("c")));
        assertThat(loadedRevision()).isEqualTo(3);
    }

    @Test
    void sealsPrivateKeys() throws IOException {
        SnapshotState secret =
                TestEntries.state(
                        3, TestEntries.cluster("a"), TestEntries.certificate("c", "s3cret"));
        files.save(secret);
        assertThat(Files.readString(current(), StandardCharsets.ISO_8859_1))
                .doesNotContain("s3cret");
        assertThat(files.load(Optional.empty()).orElseThrow().entries())
                .isEqualTo(secret.entries());
        // The next process reads it as well.
        assertThat(new LastGoodSnapshot(dir).load(Optional.empty()).orElseThrow().entries())
                .isEqualTo(secret.entries());
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(dir.resolve("seal.key"))))
                .isEqualTo("rw-------");
    }

    @Test
    void passesOverWhatItsKeyDoesNotOpen() throws IOException {
        files.save(TestEntries.state(3, TestEntries.certificate("c", "s3cret")));
        Files.write(dir.resolve("seal.key"), new byte[32]);
        assertThat(new LastGoodSnapshot(dir).load(Optional.empty()).orElseThrow().version())
                .isEqualTo(SECOND.version());
        Files.delete(dir.resolve("seal.key"));
        assertThat(new LastGoodSnapshot(dir).load(Optional.empty()).orElseThrow().version())
                .isEqualTo(SECOND.version());
    }

    private long loadedRevision() {
        return files.load(Optional.empty()).orElseThrow().version().revision();
    }

    private Path current() {
        return dir.resolve("current.snapshot");
    }
}
