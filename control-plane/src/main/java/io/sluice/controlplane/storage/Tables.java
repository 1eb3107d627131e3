package io.sluice.controlplane.storage;

import com.google.protobuf.InvalidProtocolBufferException;

import io.sluice.proto.StateDigest;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceKey;
import io.sluice.proto.resource.v1.ResourceConfig;

import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The statements on the current state: the counter row, resources, marks and drained nodes.
 * Stateless.
 */
final class Tables {
    private Tables() {}

    /**
     * The store as one transaction saw it.
     *
     * @param writes counts the writing transactions, with or without revision
     */
    record Loaded(StoreState state, long writes) {}

    /** Creates the counter row; false if it is there. */
    static boolean create(Transaction transaction, long epoch, long revision) throws SQLException {
        return transaction.update(
                        "insert into store (id, epoch, revision, writes) values (1, ?, ?, 0) on"
                                + " conflict do nothing",
                        epoch,
                        revision)
                == 1;
    }

    /** Waits for its turn to write, until the end of the transaction. */
    static long beginWrite(Transaction transaction) throws SQLException {
        transaction.update("update store set writes = writes + 1 where id = 1");
        return transaction
                .query("select writes from store where id = 1", row -> row.getLong(1))
                .getFirst();
    }

    static long writes(Transaction transaction) throws SQLException {
        return transaction
                .query("select writes from store where id = 1", row -> row.getLong(1))
                .getFirst();
    }

    static List<DataDirectory.Mark> mark(Transaction transaction) throws SQLException {
        return transaction.query(
                "select epoch, revision from store where id = 1",
                row -> new DataDirectory.Mark(row.getLong(1), row.getLong(2)));
    }

    /**
     * Reads everything but the history; writers wait meanwhile. Empty where there is no store yet.
     */
    static List<Loaded> load(Transaction transaction) throws SQLException {
        record Counter(long epoch, long revision, long writes) {}
        List<Counter> counters =
                transaction.query(
                        "select epoch, revision, writes from store where id = 1 for update",
                        row -> new Counter(row.getLong(1), row.getLong(2), row.getLong(3)));
        if (counters.isEmpty()) {
            return List.of();
        }
        Counter counter = counters.getFirst();
        SortedMap<String, CanaryMark> canaries = new TreeMap<>();
        for (CanaryMark mark : marks(transaction)) {
            canaries.put(mark.split(), mark);
        }
        List<StoredResource> resources =
                transaction.query(
                        "select kind, name, config, revision, create_time, update_time from"
                                + " resources",
                        row ->
                                new StoredResource(
                                        resource(key(row), row.getBytes("config")),
                                        row.getLong("revision"),
                                        Transaction.instant(row, "create_time"),
                                        Transaction.instant(row, "update_time"),
                                        new TreeSet<>()));
        List<String> drained =
                transaction.query("select node from drained_nodes", row -> row.getString(1));
        StoreState state =
                StoreState.of(
                        counter.epoch(),
                        counter.revision(),
                        resources,
                        canaries,
                        new TreeSet<>(drained));
        return List.of(new Loaded(state, counter.writes()));
    }

    private static List<CanaryMark> marks(Transaction transaction) throws SQLException {
        return transaction.query(
                "select split, since, author, revision from canary_marks",
                row ->
                        new CanaryMark(
                                row.getString("split"),
                                Transaction.instant(row, "since"),
                                row.getString("author"),
                                row.getLong("revision")));
    }

    static void setRevision(Transaction transaction, long revision) throws SQLException {
        transaction.update("update store set revision = ? where id = 1", revision);
    }

    static void delete(Transaction transaction, Collection<ResourceKey> keys) throws SQLException {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (ResourceKey key : keys) {
            rows.add(new Object[] {key.kind().singular(), key.name()});
        }
        transaction.batch("delete from resources where kind = ? and name = ?", rows);
    }

    static void insert(Transaction transaction, Collection<StoredResource> resources)
            throws SQLException {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (StoredResource stored : resources) {
            ResourceKey key = stored.resource().key();
            rows.add(
                    new Object[] {
                        key.kind().singular(),
                        key.name(),
                        bytes(stored.resource()),
                        stored.revision(),
                        stored.createTime(),
                        stored.updateTime()
                    });
        }
        transaction.batch(
                "insert into resources (kind, name, config, revision, create_time, update_time)"
                        + " values (?, ?, ?, ?, ?, ?)",
                rows);
    }

    static void setMarks(
            Transaction transaction, Map<String, CanaryMark> before, Map<String, CanaryMark> after)
            throws SQLException {
        List<@Nullable Object[]> gone = new ArrayList<>();
        List<@Nullable Object[]> there = new ArrayList<>();
        before.forEach(
                (split, mark) -> {
                    if (!mark.equals(after.get(split))) {
                        gone.add(new Object[] {split});
                    }
                });
        after.forEach(
                (split, mark) -> {
                    if (!mark.equals(before.get(split))) {
                        there.add(
                                new Object[] {split, mark.since(), mark.author(), mark.revision()});
                    }
                });
        transaction.batch("delete from canary_marks where split = ?", gone);
        transaction.batch(
                "insert into canary_marks (split, since, author, revision) values (?, ?, ?, ?)",
                there);
    }

    static void setDrained(Transaction transaction, String node, boolean drained)
            throws SQLException {
        transaction.update("delete from drained_nodes where node = ?", node);
        if (drained) {
            transaction.update("insert into drained_nodes (node) values (?)", node);
        }
    }

    static ResourceKey key(ResultSet row) throws SQLException {
        return key(row.getString("kind"), row.getString("name"));
    }

    static ResourceKey key(String kind, String name) throws SQLException {
        return new ResourceKey(
                Kind.parse(kind)
                        .orElseThrow(
                                () ->
                                        new SQLException(
                                                "unknown kind \"" + kind + "\" in the database")),
                name);
    }

    static Resource resource(ResourceKey key, byte[] config) throws SQLException {
        try {
            ResourceConfig message = ResourceConfig.parseFrom(config);
            return new Resource(key, new TreeMap<>(message.getLabelsMap()), message);
        } catch (InvalidProtocolBufferException e) {
            throw new SQLException("the database's bytes of " + key + " are damaged", e);
        }
    }

    static @Nullable Resource resourceOrNull(ResourceKey key, byte @Nullable [] config)
            throws SQLException {
        return config == null ? null : resource(key, config);
    }

    static byte[] bytes(Resource resource) {
        return StateDigest.deterministic(resource.config());
    }

    static Instant millis(Instant time) {
        return Instant.ofEpochMilli(time.toEpochMilli());
    }
}
