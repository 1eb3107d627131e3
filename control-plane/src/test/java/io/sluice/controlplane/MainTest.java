package io.sluice.controlplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.proto.HostPort;
import io.sluice.proto.options.ProgramOptions;
import io.sluice.proto.options.StartFailure;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The program around the parts: options, exit codes, ready file, backup and restore. */
final class MainTest {
    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--rest 0.0.0.0:7070",
                "--grpc example.org:7071",
                "--rest 7070",
                "--rest 127.0.0.1:70000",
                "--database jdbc:mysql://x",
                "--no-such-option",
                "backup",
                "restore"
            })
    void wrongUsageEndsWith64(String arguments) {
        assertThat(run(arguments.split(" "))).isEqualTo(64);
    }

    @Test
    void theReadyFileAndTheBackupComeFromARunningControlPlane() throws IOException {
        Path ready = directory.resolve("ready.json");
        ControlPlaneOptions options = options("one", Optional.of(ready));
        Path backup = directory.resolve("backup");
        try (ControlPlane _ = ControlPlane.start(options, InstantSource.system())) {
            assertThat(ready)
                    .content()
                    .matches("\\{\"rest\":\"127.0.0.1:\\d+\",\"grpc\":\"127.0.0.1:\\d+\"}\\n");
            assertThat(run("backup", backup.toString(), "--data-dir", dataDir("one"))).isZero();
            assertThat(run("restore", backup.toString(), "--data-dir", dataDir("one"), "--force"))
                    .as("while it runs")
                    .isEqualTo(1);
            assertThatThrownBy(() -> ControlPlane.start(options, InstantSource.system()))
                    .hasMessageContaining("in use by another control plane");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup)))
                .isEqualTo("rw-------");
        assertThat(run("restore", backup.toString(), "--data-dir", dataDir("two"))).isZero();
        assertThat(run("restore", backup.toString(), "--data-dir", dataDir("two"))).isEqualTo(1);
        assertThat(run("restore", backup.toString(), "--data-dir", dataDir("two"), "--force"))
                .isZero();
        Path again = directory.resolve("again");
        assertThat(run("backup", again.toString(), "--data-dir", dataDir("two"))).isZero();
        assertThat(again).isNotEmptyFile();
    }

    @Test
    void aBackupOfNothingIsRefusedAndLeavesNothing() {
        Path backup = directory.resolve("backup");
        assertThat(run("backup", backup.toString(), "--data-dir", dataDir("none"))).isEqualTo(1);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aBackupIntoADirectoryThatIsNotThereSaysSo() {
        ControlPlaneOptions options = options("one", Optional.empty());
        Path backup = directory.resolve("missing/backup");
        assertThatThrownBy(
                        () ->
                                Offline.run(
                                        () ->
                                                Offline.backup(
                                                        options, backup, InstantSource.system())))
                .isInstanceOf(StartFailure.class)
                .hasMessage(
                        "the backup cannot be written: there is no directory "
                                + directory.resolve("missing"));
    }

    @Test
    void aFailedStartClosesWhatWasOpen() {
        ControlPlaneOptions bad =
                options("one", Optional.of(directory.resolve("missing/ready.json")));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> ControlPlane.start(bad, InstantSource.system()))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining("--ready-file");
        }
    }

    private ControlPlaneOptions options(String dataDir, Optional<Path> readyFile) {
        HostPort anyPort = new HostPort("127.0.0.1", 0);
        return new ControlPlaneOptions(
                anyPort,
                List.of(),
                anyPort,
                directory.resolve(dataDir),
                Optional.empty(),
                readyFile);
    }

    private String dataDir(String name) {
        return directory.resolve(name).toString();
    }

    private static int run(String... arguments) {
        return ProgramOptions.run(new Main(), "SLUICE_CONTROL_PLANE", arguments, Map.of());
    }
}
