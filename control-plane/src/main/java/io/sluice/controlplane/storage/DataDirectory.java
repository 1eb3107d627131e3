package io.sluice.controlplane.storage;

import io.sluice.controlplane.storage.StorageException.Unusable;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The directory that holds a control plane's data, locked by this process until {@link #close}.
 *
 * <p>{@code sluice.mv.db} is H2's file. {@code lock} is what the lock is on, and tells who has it.
 * {@code revision} has the epoch and revision of the last commit, so that H2 falling back to an
 * older or empty state of a damaged file is noticed.
 */
public final class DataDirectory implements AutoCloseable {
    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWNER_ONLY_DIRECTORY =
            PosixFilePermissions.fromString("rwx------");
    private static final String DATABASE = "sluice";
    private static final String MARK_FILE = "revision";
    private static final String DATABASE_FILE = DATABASE + ".mv.db";

    private final Path path;
    private final FileChannel lockFile;

    private DataDirectory(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /**
     * Makes the directory (mode 0700) where it is missing, and locks it.
     *
     * @throws Unusable if another process has it, or it cannot be made or written
     */
    public static DataDirectory lock(Path path) {
        try {
            makeDirectory(path);
            FileChannel file =
                    FileChannel.open(
                            path.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            restrict(path.resolve("lock"));
            FileLock lock = tryLock(file);
            if (lock == null) {
                String holder = firstLine(file);
                file.close();
                throw new Unusable(
                        "the data directory "
                                + path
                                + " is in use by another control plane"
                                + (holder.isEmpty() ? "" : ", process " + holder));
            }
            DataDirectory directory = new DataDirectory(path, file);
            directory.write(List.of(Long.toString(ProcessHandle.current().pid())));
            return directory;
        } catch (IOException e) {
            throw unwritable(path, e);
        }
    }

    /**
     * Where the REST API of the process that has the directory listens; empty if none has, or it
     * has not said.
     */
    public static Optional<String> restOfHolder(Path path) {
        try (FileChannel file =
                FileChannel.open(
                        path.resolve("lock"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            FileLock lock = tryLock(file);
            if (lock != null) {
                lock.release();
                return Optional.empty();
            }
            return text(file).lines().skip(1).findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Tells others where this process's REST API listens, {@code host:port}. */
    public void announce(String rest) {
        try {
            write(List.of(Long.toString(ProcessHandle.current().pid()), rest));
        } catch (IOException e) {
            throw unwritable(path, e);
        }
    }

    /** Whether a database was ever made here. */
    boolean hasDatabase() {
        return hasDatabase(path);
    }

    /** Whether a database was ever made in a directory. */
    public static boolean hasDatabase(Path path) {
        return Files.exists(path.resolve(DATABASE_FILE)) || Files.exists(path.resolve(MARK_FILE));
    }

    /** As H2 wants it: without {@code .mv.db}. */
    Path databaseFile() {
        return path.resolve(DATABASE);
    }

    /** A place for a database in the making, on the same file system; empty. */
    Path workplace() throws IOException {
        Path work = path.resolve("restore");
        removeWorkplace();
        Files.createDirectory(work, PosixFilePermissions.asFileAttribute(OWNER_ONLY_DIRECTORY));
        return work.resolve(DATABASE);
    }

    /**
     * Puts the database of the workplace in the place of the old one, which stays beside it under
     * another name.
     */
    void replaceDatabase(long stamp) throws IOException {
        Path database = path.resolve(DATABASE_FILE);
        if (Files.exists(database)) {
            Files.move(database, path.resolve(DATABASE_FILE + ".before-restore-" + stamp));
        }
        Files.move(
                path.resolve("restore").resolve(DATABASE_FILE),
                database,
                StandardCopyOption.ATOMIC_MOVE);
        force(path);
        removeWorkplace();
    }

    void removeWorkplace() throws IOException {
        Path work = path.resolve("restore");
        if (!Files.exists(work)) {
            return;
        }
        try (Stream<Path> files = Files.list(work)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(work);
    }

    /** The last commit known to have been made here; zeros where there was none. */
    Mark lastCommit() {
        try {
            String text = Files.readString(markFile()).trim();
            int space = text.indexOf(' ');
            return space < 0
                    ? new Mark(0, 0)
                    : new Mark(
                            Long.parseLong(text.substring(0, space)),
                            Long.parseLong(text.substring(space + 1)));
        } catch (IOException | NumberFormatException e) {
            return new Mark(0, 0);
        }
    }

    /** Which commit. */
    record Mark(long epoch, long revision) {}

    /**
     * @throws Unusable if there was a database but its file is gone or empty
     */
    void checkComplete() {
        Path file = path.resolve(DATABASE_FILE);
        try {
            boolean lost = !Files.exists(file) ? Files.exists(markFile()) : Files.size(file) == 0;
            if (lost) {
                throw Database.unreadable(
                        databaseFile(), new IOException("the file is missing or empty"));
            }
        } catch (IOException e) {
            throw unwritable(path, e);
        }
    }

    /** The database is there, readable and at this commit. */
    void created(long epoch, long revision) {
        try {
            restrictDatabase();
            Path next = path.resolve("revision.new");
            Files.writeString(next, text(epoch, revision));
            restrict(next);
            force(next);
            Files.move(next, markFile(), StandardCopyOption.ATOMIC_MOVE);
            force(path);
        } catch (IOException e) {
            throw unwritable(path, e);
        }
    }

    /**
     * The database made this commit. Not forced to the disk: an old mark does no harm, and one too
     * new cannot be.
     */
    void committed(long epoch, long revision) {
        try (FileChannel file = FileChannel.open(markFile(), StandardOpenOption.WRITE)) {
            // Never shorter than what it overwrites.
            file.write(ByteBuffer.wrap(text(epoch, revision).getBytes(StandardCharsets.UTF_8)), 0);
        } catch (IOException e) {
            throw unwritable(path, e);
        }
    }

    private Path markFile() {
        return path.resolve(MARK_FILE);
    }

    private static String text(long epoch, long revision) {
        return epoch + " " + revision + "\n";
    }

    /** Compacting makes a new file. */
    private void restrictDatabase() throws IOException {
        if (Files.exists(path.resolve(DATABASE_FILE))) {
            restrict(path.resolve(DATABASE_FILE));
        }
    }

    @Override
    public void close() {
        try {
            restrictDatabase();
            lockFile.close();
        } catch (IOException e) {
            throw unwritable(path, e);
        }
    }

    private void write(List<String> lines) throws IOException {
        byte[] bytes = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        lockFile.truncate(0);
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long position = 0;
        while (buffer.hasRemaining()) {
            position += lockFile.write(buffer, position);
        }
    }

    private static void makeDirectory(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            return;
        }
        Path parent = path.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        try {
            Files.createDirectory(path, PosixFilePermissions.asFileAttribute(OWNER_ONLY_DIRECTORY));
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(path)) {
                throw e;
            }
        }
    }

    /** Makes a file readable by its owner only, where the file system can. */
    static void restrict(Path file) throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view != null) {
            view.setPermissions(OWNER_ONLY);
        }
    }

    /** Makes sure that a file, or the names in a directory, survive a loss of power. */
    static void force(Path file) throws IOException {
        StandardOpenOption how =
                Files.isDirectory(file) ? StandardOpenOption.READ : StandardOpenOption.WRITE;
        try (FileChannel channel = FileChannel.open(file, how)) {
            channel.force(true);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock();
        } catch (OverlappingFileLockException e) {
            // Held by this very process.
            return null;
        }
    }

    private static String firstLine(FileChannel file) throws IOException {
        return text(file).lines().findFirst().orElse("");
    }

    private static String text(FileChannel file) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(1024);
        file.read(buffer, 0);
        return new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
    }

    private static Unusable unwritable(Path path, IOException e) {
        String reason =
                switch (e) {
                    case AccessDeniedException denied -> "permission denied: " + denied.getFile();
                    case NoSuchFileException missing -> "no such file: " + missing.getFile();
                    case FileAlreadyExistsException there ->
                            there.getFile() + " is not a directory";
                    default -> String.valueOf(e.getMessage());
                };
        return new Unusable("the data directory " + path + " cannot be used (" + reason + ")", e);
    }
}
