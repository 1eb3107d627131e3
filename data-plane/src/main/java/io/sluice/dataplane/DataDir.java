package io.sluice.dataplane;

import io.sluice.proto.options.StartFailure;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The node's folder, locked by this process for as long as it is open. */
final class DataDir implements AutoCloseable {
    private final Path path;
    private final FileChannel lockFile;

    private DataDir(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /**
     * Makes the folder if need be and locks it.
     *
     * @throws StartFailure if that is not possible
     */
    static DataDir open(Path path) {
        try {
            Files.createDirectories(path);
            FileChannel file =
                    FileChannel.open(
                            path.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            if (lock(file) == null) {
                file.close();
                throw new StartFailure("--data-dir " + path + " is used by another process");
            }
            return new DataDir(path, file);
        } catch (IOException e) {
            throw new StartFailure("--data-dir " + path + " cannot be used: " + e, e);
        }
    }

    private static @Nullable FileLock lock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // by another node in this process
        }
    }

    Path path() {
        return path;
    }

    @Override
    public void close() {
        try {
            lockFile.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
