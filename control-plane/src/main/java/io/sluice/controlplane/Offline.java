package io.sluice.controlplane;

import io.sluice.controlplane.storage.DataDirectory;
import io.sluice.controlplane.storage.JdbcResourceStore;
import io.sluice.controlplane.storage.ResourceStore;
import io.sluice.controlplane.storage.Restore;
import io.sluice.controlplane.storage.StorageException;
import io.sluice.controlplane.storage.StoreOptions;
import io.sluice.proto.options.StartFailure;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** The commands beside serving: backup and restore. */
final class Offline {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);

    private Offline() {}

    /** Something that ends with a line for the operator. */
    interface Action {
        String run() throws IOException, InterruptedException;
    }

    static int run(Action action) {
        try {
            System.err.println(action.run());
            return 0;
        } catch (StorageException e) {
            throw new StartFailure(e.sentence(), e);
        } catch (IOException e) {
            throw new StartFailure("the backup cannot be written: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("interrupted", e);
        }
    }

    static String backup(ControlPlaneOptions options, Path file, InstantSource clock)
            throws IOException, InterruptedException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            throw new IOException("there is no directory " + parent);
        }
        Path temporary = file.toAbsolutePath().resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        try {
            // It holds private keys.
            Files.createFile(
                    temporary,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            write(options, temporary, clock);
            String summary = Restore.check(temporary);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            return "wrote " + file + ": " + summary;
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static void write(ControlPlaneOptions options, Path file, InstantSource clock)
            throws IOException, InterruptedException {
        if (options.database().isPresent()) {
            try (ResourceStore store =
                    JdbcResourceStore.openPostgres(
                            options.database().get(), StoreOptions.DEFAULT, clock)) {
                write(store, file);
            }
            return;
        }
        Optional<String> running = DataDirectory.restOfHolder(options.dataDir());
        if (running.isPresent()) {
            download(running.get(), file);
            return;
        }
        if (!DataDirectory.hasDatabase(options.dataDir())) {
            throw new StartFailure(
                    "there is no database in "
                            + options.dataDir()
                            + "; --data-dir says where it is");
        }
        try (DataDirectory directory = DataDirectory.lock(options.dataDir());
                ResourceStore store =
                        JdbcResourceStore.open(directory, StoreOptions.DEFAULT, clock)) {
            write(store, file);
        }
    }

    private static void write(ResourceStore store, Path file) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            store.backup(out);
        }
    }

    /** The process that has the data directory writes its backup for us. */
    private static void download(String rest, Path file) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT_MAX).build()) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create("http://" + rest + "/api/v1/backup"))
                            .POST(HttpRequest.BodyPublishers.noBody())
                            .build();
            HttpResponse<Path> response = client.send(request, BodyHandlers.ofFile(file));
            if (response.statusCode() != 200) {
                throw new StartFailure(
                        "the running control plane at "
                                + rest
                                + " answered "
                                + response.statusCode());
            }
        }
    }

    static String restore(
            ControlPlaneOptions options, Path file, boolean force, InstantSource clock) {
        Restore restore = new Restore(file, clock);
        if (options.database().isPresent()) {
            return text(restore.intoPostgres(options.database().get(), force), file);
        }
        try (DataDirectory directory = DataDirectory.lock(options.dataDir())) {
            return text(restore.into(directory, force), file);
        }
    }

    private static String text(Restore.Restored restored, Path file) {
        return "restored "
                + file
                + ": revision "
                + restored.revision()
                + ", "
                + restored.resources()
                + " resources, epoch "
                + restored.epoch();
    }
}
