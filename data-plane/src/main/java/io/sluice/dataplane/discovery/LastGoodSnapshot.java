package io.sluice.dataplane.discovery;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;

import io.sluice.dataplane.snapshot.SnapshotVersion;
import io.sluice.proto.StateDigest;
import io.sluice.proto.discovery.v1.Entry;
import io.sluice.proto.discovery.v1.SnapshotChunk;
import io.sluice.proto.discovery.v1.Version;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The last snapshot that became active, and the one before it, on disk. Config thread only.
 *
 * <p>A file is one line of text (format, SHA-256 and length of what follows), then a {@code
 * Version} and a {@code SnapshotChunk}, each with its length before it. It is written beside its
 * name, forced to disk and renamed, so that a reader sees an old file or a new one. What cannot be
 * read as a whole is worth nothing: it is named in the log and passed over. Entries with private
 * keys are sealed, see {@link SnapshotSeal}.
 */
final class LastGoodSnapshot {
    private static final Logger LOG = LoggerFactory.getLogger(LastGoodSnapshot.class);
    private static final String FORMAT = "sluice-snapshot-1";
    private static final int HEADER_BYTES_MAX = 128;

    private final Path current;
    private final Path previous;
    private final SnapshotSeal seal;

    /** Whether the current file was found to be one that must not be started from again. */
    private boolean currentIsBad;

    /**
     * @param dataDir an existing folder that only this process writes to
     */
    LastGoodSnapshot(Path dataDir) {
        this.current = dataDir.resolve("current.snapshot");
        this.previous = dataDir.resolve("previous.snapshot");
        this.seal = new SnapshotSeal(dataDir);
    }

    /** The newest state that can be read and is not {@code suspect}. */
    Optional<SnapshotState> load(Optional<SnapshotVersion> suspect) {
        Optional<SnapshotState> newest = read(current, suspect);
        currentIsBad = newest.isEmpty();
        return newest.or(() -> read(previous, suspect));
    }

    /** The state before the current one, where the current one could be read but not served. */
    Optional<SnapshotState> loadPrevious(SnapshotVersion refused) {
        currentIsBad = true;
        return read(previous, Optional.of(refused));
    }

    /**
     * Makes a state the current one, and what was current the previous one; the previous one stays
     * where the current one was found to be bad.
     *
     * @throws IOException if it may not be on disk; what was there before still is
     */
    void save(SnapshotState state) throws IOException {
        Path written = DurableFile.writeBeside(current, encode(state));
        if (!currentIsBad && Files.exists(current)) {
            Files.move(
                    current,
                    previous,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(
                written,
                current,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        currentIsBad = false;
        DurableFile.forceDirectory(current);
    }

    private byte[] encode(SnapshotState state) throws IOException {
        SnapshotVersion version = state.version();
        Version message =
                Version.newBuilder()
                        .setEpoch(version.epoch())
                        .setRevision(version.revision())
                        .setDigest(ByteString.copyFrom(HexFormat.of().parseHex(version.digest())))
                        .build();
        SnapshotChunk.Builder sealed = SnapshotChunk.newBuilder().setLast(true);
        for (Entry entry : state.entries().values()) {
            sealed.addEntries(seal.seal(entry));
        }
        SnapshotChunk chunk = sealed.build();
        byte[] versionBytes = message.toByteArray();
        byte[] chunkBytes = chunk.toByteArray();
        ByteBuffer body =
                ByteBuffer.allocate(2 * Integer.BYTES + versionBytes.length + chunkBytes.length);
        body.putInt(versionBytes.length)
                .put(versionBytes)
                .putInt(chunkBytes.length)
                .put(chunkBytes);
        String digest = HexFormat.of().formatHex(StateDigest.sha256(body.array()));
        byte[] header =
                (FORMAT + " " + digest + " " + body.capacity() + "\n")
                        .getBytes(StandardCharsets.US_ASCII);
        byte[] file = Arrays.copyOf(header, header.length + body.capacity());
        System.arraycopy(body.array(), 0, file, header.length, body.capacity());
        return file;
    }

    private Optional<SnapshotState> read(Path file, Optional<SnapshotVersion> suspect) {
        try {
            SnapshotState state = decode(Files.readAllBytes(file));
            if (suspect.isPresent() && suspect.get().equals(state.version())) {
                LOG.warn(
                        "event=snapshot-passed-over file={} version={} reason=not-to-be-served",
                        file,
                        state.version());
                return Optional.empty();
            }
            return Optional.of(state);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.warn("event=snapshot-unreadable file={} problem=\"{}\"", file, e.getMessage());
            return Optional.empty();
        }
    }

    private SnapshotState decode(byte[] file) throws IOException {
        int headerBytes = headerBytes(file);
        String[] header =
                new String(file, 0, headerBytes, StandardCharsets.US_ASCII).split(" ", -1);
        if (header.length != 3 || !header[0].equals(FORMAT)) {
            throw new IOException("not a file of the format " + FORMAT);
        }
        byte[] body = Arrays.copyOfRange(file, headerBytes + 1, file.length);
        if (!header[2].equals(Integer.toString(body.length))) {
            throw new IOException("truncated: " + body.length + " bytes of " + header[2]);
        }
        if (!header[1].equals(HexFormat.of().formatHex(StateDigest.sha256(body)))) {
            throw new IOException("corrupt: wrong checksum");
        }
        return decodeBody(ByteBuffer.wrap(body));
    }

    private static int headerBytes(byte[] file) throws IOException {
        for (int i = 0; i < Math.min(file.length, HEADER_BYTES_MAX); i++) {
            if (file[i] == '\n') {
                return i;
            }
        }
        throw new IOException("not a file of the format " + FORMAT);
    }

    private SnapshotState decodeBody(ByteBuffer body) throws IOException {
        Version version = Version.parseFrom(slice(body));
        SnapshotChunk chunk = SnapshotChunk.parseFrom(slice(body));
        List<Entry> entries = new ArrayList<>(chunk.getEntriesCount());
        for (Entry entry : chunk.getEntriesList()) {
            entries.add(seal.unseal(entry));
        }
        return switch (SnapshotState.full(version, entries)) {
            case SnapshotState.Outcome.Verified verified -> verified.state();
            case SnapshotState.Outcome.Refused refused ->
                    throw new IOException(refused.refusal().problems().getFirst().message());
        };
    }

    private static ByteBuffer slice(ByteBuffer body) throws InvalidProtocolBufferException {
        int bytes = body.remaining() < Integer.BYTES ? -1 : body.getInt();
        if (bytes < 0 || bytes > body.remaining()) {
            throw new InvalidProtocolBufferException("a length does not fit");
        }
        ByteBuffer slice = body.slice(body.position(), bytes);
        body.position(body.position() + bytes);
        return slice;
    }
}
