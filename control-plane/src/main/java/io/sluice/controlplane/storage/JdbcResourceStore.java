package io.sluice.controlplane.storage;

import io.sluice.controlplane.storage.ChangeResult.Reason;
import io.sluice.controlplane.storage.StorageException.Unavailable;
import io.sluice.controlplane.storage.StorageException.Unusable;
import io.sluice.proto.Problem;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The store on H2 or PostgreSQL. The state is read once, at the start, and kept in memory; a write
 * goes to the database first. Should the database have moved on without us (another process on
 * PostgreSQL, a commit whose outcome we never learned), the next write notices by the counter of
 * writes, and reads everything again before it validates. On PostgreSQL the counter is looked at
 * once a second as well.
 */
public final class JdbcResourceStore implements ResourceStore {
    private static final Logger log = LoggerFactory.getLogger(JdbcResourceStore.class);
    private static final int NODE_CHARS_MAX = 253;

    private final Database database;
    private final Retention retention;
    private final InstantSource clock;
    private final ReentrantLock writing = new ReentrantLock();
    private final List<Consumer<Commit>> listeners = new CopyOnWriteArrayList<>();
    private volatile Tables.Loaded loaded;
    private volatile boolean closed;
    private @Nullable ScheduledExecutorService watch;

    private JdbcResourceStore(
            Database database, StoreOptions options, InstantSource clock, Tables.Loaded loaded) {
        this.database = database;
        this.retention = new Retention(options.revisionsMax());
        this.clock = clock;
        this.loaded = loaded;
    }

    /**
     * Opens the H2 file of a data directory, or makes it.
     *
     * @throws Unusable if it is damaged, of a newer version or open elsewhere
     */
    public static JdbcResourceStore open(
            DataDirectory directory, StoreOptions options, InstantSource clock) {
        Path file = directory.databaseFile();
        directory.checkComplete();
        LastCommit.check(directory);
        Database database = Database.h2(file);
        try {
            JdbcResourceStore store = open(database, options, clock);
            StoreState state = store.current();
            directory.created(state.epoch(), state.revision());
            store.onCommit(
                    commit ->
                            directory.committed(commit.after().epoch(), commit.after().revision()));
            return store;
        } catch (Unavailable e) {
            database.close();
            throw Database.unreadable(file, e);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /**
     * Opens a PostgreSQL database, or makes the tables in it.
     *
     * @param url {@code jdbc:postgresql:...}, user and password included
     * @throws Unusable if it does not answer or is of a newer version
     */
    public static JdbcResourceStore openPostgres(
            String url, StoreOptions options, InstantSource clock) {
        Database database = Database.postgres(url);
        try {
            JdbcResourceStore store = open(database, options, clock);
            store.watch();
            return store;
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /** Others may write to the same database; what they did shall not wait for our next write. */
    private void watch() {
        watch = ForeignWrites.everySecond(this::catchUp);
    }

    private void catchUp() {
        try {
            if (database.read(Tables::writes) != loaded.writes()) {
                locked(
                        () -> {
                            adopt(
                                    database.read(
                                            transaction ->
                                                    WriteTransaction.base(
                                                            transaction, loaded, true)));
                            return true;
                        });
            }
        } catch (RuntimeException e) {
            // The next look is a moment away; a write says so to whoever asked for it.
            log.debug("event=store_unwatched reason=\"{}\"", Database.reason(e));
        }
    }

    /** A store that is gone when closed: for tests. */
    public static JdbcResourceStore inMemory(InstantSource clock) {
        return open(Database.inMemory(), StoreOptions.DEFAULT, clock);
    }

    /** Takes over the database; the caller closes it where this throws. */
    static JdbcResourceStore open(Database database, StoreOptions options, InstantSource clock) {
        Migration.run(database, clock.instant());
        Tables.Loaded loaded =
                database.inTransaction(
                        transaction -> {
                            Tables.create(transaction, Epoch.next(0, clock), 0);
                            Tables.Loaded now = Tables.load(transaction).getFirst();
                            if (!History.isGapFree(transaction, now.state().revision())) {
                                throw new SQLException(
                                        "the history does not lead to revision "
                                                + now.state().revision());
                            }
                            return now;
                        });
        log.info(
                "event=store_opened database={} epoch={} revision={}",
                name(database),
                loaded.state().epoch(),
                loaded.state().revision());
        return new JdbcResourceStore(database, options, clock, loaded);
    }

    @Override
    public StoreState current() {
        return loaded.state();
    }

    @Override
    public ChangeResult apply(ChangeSet changeSet) {
        Authorship by =
                new Authorship(changeSet.author(), changeSet.authorVerified(), changeSet.message());
        return write(
                by,
                changeSet.dryRun(),
                (transaction, state, now) -> ChangePlanner.plan(state, changeSet, now));
    }

    @Override
    public ChangeResult rollback(Rollback rollback) {
        Authorship by =
                new Authorship(rollback.author(), rollback.authorVerified(), rollback.message());
        long to = rollback.toRevision();
        return write(
                by,
                rollback.dryRun(),
                (transaction, state, now) -> {
                    Plan.@Nullable Rejected absent = absent(transaction, state, to);
                    if (absent != null) {
                        return absent;
                    }
                    List<Plan.Step> back =
                            History.between(transaction, to, state.revision()).stream()
                                    .map(Plan.Step::reversed)
                                    .toList();
                    return ChangePlanner.planRollback(state, rollback, back, now);
                });
    }

    private Plan.@Nullable Rejected absent(Transaction transaction, StoreState state, long revision)
            throws SQLException {
        return switch (retention.lookUp(transaction, state, revision)) {
            case Lookup.Found<Long> _ -> null;
            case Lookup.NotFound<Long> _ ->
                    rejected(
                            Reason.NOT_FOUND,
                            "there is no revision "
                                    + revision
                                    + "; the newest is "
                                    + state.revision());
            case Lookup.Gone<Long> gone ->
                    rejected(
                            Reason.GONE,
                            "revision "
                                    + revision
                                    + " is no longer kept; the oldest is "
                                    + gone.oldest());
        };
    }

    private static Plan.Rejected rejected(Reason reason, String message) {
        return new Plan.Rejected(
                reason, List.of(new Problem(null, "", reason.name(), message, "", null)));
    }

    private ChangeResult write(Authorship by, boolean dryRun, WriteTransaction.Planner planner) {
        return locked(
                () -> {
                    Instant now = Tables.millis(clock.instant());
                    WriteTransaction.Written written =
                            database.inTransaction(
                                    transaction ->
                                            new WriteTransaction(
                                                            transaction, loaded, retention, by, now)
                                                    .run(planner, dryRun));
                    adopt(written.base());
                    if (written.next() != null && written.commit() != null) {
                        loaded = written.next();
                        publish(written.commit());
                    }
                    return written.result();
                });
    }

    @Override
    public boolean setDrained(String node, boolean drained) {
        if (node.isEmpty() || node.length() > NODE_CHARS_MAX || node.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "a node's name has 1 to " + NODE_CHARS_MAX + " characters");
        }
        return locked(
                () -> {
                    if (loaded.state().drainedNodes().contains(node) == drained) {
                        return false;
                    }
                    Tables.Loaded base =
                            database.inTransaction(
                                    transaction -> {
                                        Tables.Loaded before =
                                                WriteTransaction.base(transaction, loaded, false);
                                        Tables.setDrained(transaction, node, drained);
                                        return before;
                                    });
                    adopt(base);
                    TreeSet<String> nodes = new TreeSet<>(base.state().drainedNodes());
                    boolean changed = drained ? nodes.add(node) : nodes.remove(node);
                    StoreState after = base.state().withDrained(nodes);
                    loaded = new Tables.Loaded(after, base.writes() + 1);
                    publish(new Commit(base.state(), after, null, List.of()));
                    return changed;
                });
    }

    @Override
    public Lookup<Revision> revision(long number) {
        return reading(
                number,
                transaction ->
                        new Revision(
                                History.find(transaction, number),
                                published(History.steps(transaction, number))));
    }

    @Override
    public RevisionPage revisions(RevisionQuery query) {
        long oldest = retention.oldest(current().revision());
        return database.read(transaction -> History.page(transaction, query, oldest));
    }

    @Override
    public Lookup<List<ResourceChange>> diff(long from, long to) {
        Lookup<List<ResourceChange>> there =
                reading(
                        Math.min(from, to),
                        transaction ->
                                published(
                                        History.between(
                                                        transaction,
                                                        Math.min(from, to),
                                                        Math.max(from, to))
                                                .stream()
                                                .map(step -> from <= to ? step : step.reversed())
                                                .toList()));
        long newest = Math.max(from, to);
        return newest > current().revision() ? new Lookup.NotFound<>(newest) : there;
    }

    private <T> Lookup<T> reading(long revision, Database.Work<T> work) {
        return database.read(
                transaction ->
                        switch (retention.lookUp(transaction, current(), revision)) {
                            case Lookup.Found<Long> _ -> new Lookup.Found<T>(work.in(transaction));
                            case Lookup.NotFound<Long> _ -> new Lookup.NotFound<T>(revision);
                            case Lookup.Gone<Long> gone ->
                                    new Lookup.Gone<T>(revision, gone.oldest());
                        });
    }

    private static List<ResourceChange> published(List<Plan.Step> steps) {
        return steps.stream().map(Plan.Step::published).toList();
    }

    @Override
    public void onCommit(Consumer<Commit> listener) {
        listeners.add(listener);
    }

    @Override
    public void backup(OutputStream out) throws IOException {
        new BackupWriter(database, clock).write(current(), out);
    }

    @Override
    public String database() {
        return name(database);
    }

    @Override
    public void close() {
        writing.lock();
        try {
            if (!closed) {
                closed = true;
                if (watch != null) {
                    watch.shutdownNow();
                }
                database.close();
            }
        } finally {
            writing.unlock();
        }
    }

    private <T> T locked(Supplier<T> work) {
        writing.lock();
        try {
            if (closed) {
                throw new Unavailable("the store is closed", new IllegalStateException("closed"));
            }
            return work.get();
        } finally {
            writing.unlock();
        }
    }

    /** Takes a state that others have written, and says so. */
    private void adopt(Tables.Loaded base) {
        Tables.Loaded ours = loaded;
        if (base.writes() == ours.writes()) {
            return;
        }
        loaded = base;
        publish(ForeignWrites.commit(database, ours.state(), base.state()));
    }

    private void publish(Commit commit) {
        for (Consumer<Commit> listener : listeners) {
            try {
                listener.accept(commit);
            } catch (RuntimeException e) {
                // What is committed stays so, whatever a listener makes of it.
                log.error("event=commit_listener_failed revision={}", commit.after().revision(), e);
            }
        }
    }

    private static String name(Database database) {
        return switch (database.product()) {
            case H2_FILE, H2_MEMORY -> "h2";
            case POSTGRESQL -> "postgresql";
        };
    }
}
