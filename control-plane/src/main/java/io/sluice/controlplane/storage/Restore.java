package io.sluice.controlplane.storage;

import io.sluice.controlplane.storage.StorageException.Unavailable;
import io.sluice.controlplane.storage.StorageException.Unusable;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * Fills a store that nobody uses from a backup. The file is read to its end before anything is
 * touched. The store gets a new epoch, above every one it and the backup had, so that nodes take
 * what is restored for newer.
 */
public final class Restore {
    private final Path file;
    private final InstantSource clock;

    public Restore(Path file, InstantSource clock) {
        this.file = file;
        this.clock = clock;
    }

    /** What is there now. */
    public record Restored(long epoch, long revision, long resources) {}

    /**
     * Restores into a data directory. A database there before stays beside the new one, under
     * another name.
     *
     * @param force replace what is there
     * @throws Unusable if the backup is not sound, or something is there and not to be replaced;
     *     nothing was changed
     */
    public Restored into(DataDirectory directory, boolean force) {
        BackupReader.Header header = checked();
        if (directory.hasDatabase() && !force) {
            throw new Unusable(
                    "the data directory holds a database already; --force replaces it and keeps it"
                            + " aside");
        }
        long epoch = Epoch.next(Math.max(header.epoch(), directory.lastCommit().epoch()), clock);
        try {
            try (Database database = Database.h2(directory.workplace())) {
                Migration.run(database, clock.instant());
                fill(database, header, epoch);
            }
            directory.replaceDatabase(epoch);
            directory.created(epoch, header.revision());
            return new Restored(epoch, header.revision(), header.resources());
        } catch (IOException | Unavailable e) {
            throw new Unusable("the backup could not be restored: " + Database.reason(e), e);
        }
    }

    /** Restores into PostgreSQL, in one transaction. */
    public Restored intoPostgres(String url, boolean force) {
        BackupReader.Header header = checked();
        try (Database database = Database.postgres(url)) {
            Migration.run(database, clock.instant());
            long last = lastEpoch(database, force);
            long epoch = Epoch.next(Math.max(header.epoch(), last), clock);
            fill(database, header, epoch);
            return new Restored(epoch, header.revision(), header.resources());
        } catch (Unavailable e) {
            throw new Unusable("the backup could not be restored: " + e.getMessage(), e);
        }
    }

    /**
     * Reads a backup to its end.
     *
     * @return what is in it, for people
     * @throws Unusable if it is not sound
     */
    public static String check(Path file) {
        BackupReader.Header header = new Restore(file, InstantSource.system()).checked();
        return "revision "
                + header.revision()
                + ", "
                + header.resources()
                + " resources, of "
                + header.time();
    }

    private BackupReader.Header checked() {
        try {
            return BackupReader.read(file, BackupReader.Sink.NOTHING);
        } catch (SQLException e) {
            throw new Unusable("the backup " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static long lastEpoch(Database database, boolean force) {
        List<Tables.Loaded> there = database.read(Tables::load);
        if (there.isEmpty()) {
            return 0;
        }
        StoreState state = there.getFirst().state();
        if (state.revision() > 0 && !force) {
            throw new Unusable(
                    "the database holds "
                            + state.revision()
                            + " revisions already; --force replaces them");
        }
        return state.epoch();
    }

    private void fill(Database database, BackupReader.Header header, long epoch) {
        database.inTransaction(
                transaction -> {
                    for (String table :
                            List.of(
                                    "changes",
                                    "revisions",
                                    "drained_nodes",
                                    "canary_marks",
                                    "resources",
                                    "store")) {
                        transaction.update("delete from " + table);
                    }
                    Tables.create(transaction, epoch, header.revision());
                    return BackupReader.read(file, new Filling(transaction));
                });
    }

    /** Puts each piece in its table. */
    private record Filling(Transaction transaction) implements BackupReader.Sink {
        @Override
        public void resource(StoredResource resource) throws SQLException {
            Tables.insert(transaction, List.of(resource));
        }

        @Override
        public void canary(CanaryMark mark) throws SQLException {
            Tables.setMarks(transaction, Map.of(), Map.of(mark.split(), mark));
        }

        @Override
        public void drained(String node) throws SQLException {
            Tables.setDrained(transaction, node, true);
        }

        @Override
        public void revision(RevisionSummary revision, List<Plan.Step> steps) throws SQLException {
            History.insert(transaction, revision, steps);
        }
    }
}
