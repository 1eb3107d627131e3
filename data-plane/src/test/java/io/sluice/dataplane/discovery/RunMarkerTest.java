package io.sluice.dataplane.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.snapshot.SnapshotVersion;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class RunMarkerTest {
    private static final SnapshotVersion ONE = new SnapshotVersion(7, 1, "aa");
    private static final SnapshotVersion TWO = new SnapshotVersion(7, 2, "bb");
    private static final SnapshotVersion THREE = new SnapshotVersion(7, 3, "cc");

    @TempDir Path dir;

    @Test
    void twoYoungDeathsMakeASuspect() throws IOException {
        start().applying(TWO);
        RunMarker second = start();
        assertThat(second.suspect()).isEmpty();
        second.applying(TWO);
        assertThat(start().suspect()).contains(TWO);
    }

    @Test
    void staysSuspectOverRestartsUntilALaterVersionSettles() throws IOException {
        start().applying(TWO);
        start().applying(TWO);
        RunMarker steppedBack = start();
        steppedBack.applying(ONE);
        steppedBack.settled(ONE);
        steppedBack.stopped();
        RunMarker later = start();
        assertThat(later.suspect()).contains(TWO);
        later.applying(THREE);
        later.settled(THREE);
        assertThat(start().suspect()).isEmpty();
    }

    @Test
    void aCleanStopIsNoDeath() throws IOException {
        for (int i = 0; i < 3; i++) {
            RunMarker marker = start();
            marker.applying(TWO);
            marker.stopped();
        }
        assertThat(start().suspect()).isEmpty();
    }

    @Test
    void aLateDeathIsNotBlamedOnTheVersion() throws IOException {
        for (int i = 0; i < 3; i++) {
            RunMarker marker = start();
            marker.applying(TWO);
            marker.settled(TWO);
        }
        assertThat(start().suspect()).isEmpty();
    }

    @Test
    void deathsOfDifferentVersionsDoNotAddUp() throws IOException {
        start().applying(ONE);
        start().applying(TWO);
        assertThat(start().suspect()).isEmpty();
    }

    @Test
    void settlingOfAnOlderVersionSaysNothingAboutTheOneAppliedSince() throws IOException {
        RunMarker marker = start();
        marker.applying(ONE);
        marker.applying(TWO);
        marker.settled(ONE);
        start().applying(TWO);
        assertThat(start().suspect()).contains(TWO);
    }

    @Test
    void garbageInTheMarkerIsIgnored() throws IOException {
        Files.writeString(dir.resolve("running"), "x y z");
        Files.write(dir.resolve("suspect"), new byte[] {(byte) 0xff, 0});
        assertThat(start().suspect()).isEmpty();
    }

    private RunMarker start() throws IOException {
        return new RunMarker(dir);
    }
}
