package io.sluice.dataplane.discovery;

import io.sluice.dataplane.snapshot.SnapshotVersion;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Remembers over the death of the process which version was being applied, so that one that kills
 * the node twice within {@link #SETTLE_SECONDS} of being applied is stepped back from. Config
 * thread only.
 *
 * <p>The file {@code running} names the version applied last and how often a process died young of
 * it. It is written before a version is applied, says "settled" once the node survived, and goes at
 * a clean stop, which is no death. The file {@code suspect} names the version stepped back from,
 * until a later one has settled.
 */
final class RunMarker {
    /** How long a node must live after applying a version before a death is not blamed on it. */
    static final int SETTLE_SECONDS = 60;

    private static final int DEATHS_MAX = 2;
    private static final Logger LOG = LoggerFactory.getLogger(RunMarker.class);

    private final Path running;
    private final Path suspectFile;
    private @Nullable Attempt attempt;
    private @Nullable SnapshotVersion suspect;

    /**
     * Reads what the process before this one left, and counts its death if it was one. A disk that
     * cannot be read or written is said in the log, and keeps no node from starting.
     */
    RunMarker(Path dataDir) {
        this.running = dataDir.resolve("running");
        this.suspectFile = dataDir.resolve("suspect");
        try {
            this.suspect = parse(read(suspectFile)).map(Attempt::version).orElse(null);
            parse(read(running)).filter(left -> !left.settled()).ifPresent(this::died);
        } catch (IOException e) {
            notKept(e);
        }
    }

    private void died(Attempt left) {
        attempt = new Attempt(left.version(), left.deaths() + 1, false);
        if (attempt.deaths() >= DEATHS_MAX) {
            suspect = left.version();
            attempt = null;
            LOG.warn(
                    "event=step-back version={} reason=\"died twice soon after applying it\"",
                    left.version());
        }
        try {
            if (attempt == null) {
                DurableFile.replace(
                        suspectFile, text(new Attempt(left.version(), left.deaths() + 1, false)));
            } else {
                write();
            }
        } catch (IOException e) {
            notKept(e);
        }
    }

    private static void notKept(IOException failure) {
        LOG.warn("event=run-marker-failed problem=\"{}\"", failure.toString());
    }

    /** The version not to be used again. */
    Optional<SnapshotVersion> suspect() {
        return Optional.ofNullable(suspect);
    }

    /** To be called before anything of a version becomes live. */
    void applying(SnapshotVersion version) throws IOException {
        int deaths = attempt != null && attempt.version().equals(version) ? attempt.deaths() : 0;
        attempt = new Attempt(version, deaths, false);
        write();
    }

    /** To be called once the node lived {@link #SETTLE_SECONDS} with a version. */
    void settled(SnapshotVersion version) throws IOException {
        if (attempt == null || !attempt.version().equals(version)) {
            return;
        }
        attempt = new Attempt(version, 0, true);
        write();
        if (suspect != null && suspect.isBefore(version)) {
            suspect = null;
            Files.deleteIfExists(suspectFile);
        }
    }

    /** To be called at a clean stop. */
    void stopped() throws IOException {
        Files.deleteIfExists(running);
    }

    private void write() throws IOException {
        if (attempt != null) {
            DurableFile.replace(running, text(attempt));
        }
    }

    private static byte[] text(Attempt attempt) {
        SnapshotVersion version = attempt.version();
        String line =
                String.join(
                        " ",
                        Long.toUnsignedString(version.epoch()),
                        Long.toUnsignedString(version.revision()),
                        version.digest(),
                        Integer.toString(attempt.deaths()),
                        attempt.settled() ? "settled" : "young");
        return (line + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static Optional<Attempt> parse(String text) {
        String[] words = text.strip().split(" ", -1);
        if (words.length != 5) {
            return Optional.empty();
        }
        try {
            SnapshotVersion version =
                    new SnapshotVersion(
                            Long.parseUnsignedLong(words[0]),
                            Long.parseUnsignedLong(words[1]),
                            words[2]);
            return Optional.of(
                    new Attempt(version, Integer.parseInt(words[3]), words[4].equals("settled")));
        } catch (NumberFormatException e) {
            LOG.warn("event=run-marker-unreadable text=\"{}\"", text.strip());
            return Optional.empty();
        }
    }

    private static String read(Path file) throws IOException {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    private record Attempt(SnapshotVersion version, int deaths, boolean settled) {}
}
