package io.sluice.controlplane.storage;

import io.sluice.controlplane.storage.StorageException.Unavailable;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.function.Consumer;

/**
 * The one truth about the fleet's configuration. Thread-safe; every method but {@link #current()}
 * may block on the database and throws {@link Unavailable} where it does not answer.
 */
public interface ResourceStore extends AutoCloseable {

    /**
     * The state after the last commit; never blocks, never null, not even while the database is
     * away.
     */
    StoreState current();

    /**
     * Validates the change set as a whole and stores it as one revision.
     *
     * @return what happened; on {@link ChangeResult.Applied} the revision survives a crash of the
     *     process and of the machine
     * @throws Unavailable if the database refused; the state in memory is then what it was
     */
    ChangeResult apply(ChangeSet changeSet);

    /**
     * Makes a new revision with the content of an old one, private keys included, and ends the
     * canary marks it overrides.
     */
    ChangeResult rollback(Rollback rollback);

    /** What one revision changed. */
    Lookup<Revision> revision(long number);

    /** Revisions, newest first. */
    RevisionPage revisions(RevisionQuery query);

    /**
     * What leads from the content of revision {@code from} to that of {@code to}, which may be the
     * older one; sorted by key.
     */
    Lookup<List<ResourceChange>> diff(long from, long to);

    /**
     * Remembers whether a node is drained. No revision; survives restarts.
     *
     * @return false if it was so already
     */
    boolean setDrained(String node, boolean drained);

    /**
     * Calls the listener after every commit, in commit order, on the thread that wrote and before
     * that write returns. Listeners must be quick and must not write.
     */
    void onCommit(Consumer<Commit> listener);

    /**
     * Writes the whole store as one file, private keys included, while reads and writes go on:
     * resources, marks and drained nodes as of the start, and the history up to it.
     */
    void backup(OutputStream out) throws IOException;

    /** What holds the data, for people: {@code h2} or {@code postgresql}. */
    String database();

    /** Waits for the write under way; later calls but {@link #current()} fail. */
    @Override
    void close();
}
