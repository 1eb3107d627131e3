package io.sluice.controlplane.storage;

import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceKey;

import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The statements on revisions and what they changed. Stateless. */
final class History {
    /** Revisions that one write removes at most, where the history is longer than it should be. */
    static final int PRUNED_PER_WRITE = 100;

    private static final String SUMMARY =
            "number, time, author, author_verified, message, created, updated, deleted";

    private History() {}

    static RevisionSummary summary(
            long number, Authorship by, List<Plan.Step> steps, Instant time) {
        int created = 0;
        int updated = 0;
        int deleted = 0;
        for (Plan.Step step : steps) {
            switch (step.kind()) {
                case CREATED -> created++;
                case UPDATED -> updated++;
                case DELETED -> deleted++;
            }
        }
        return new RevisionSummary(
                number,
                time,
                by.author(),
                by.authorVerified(),
                by.message(),
                created,
                updated,
                deleted);
    }

    static void insert(Transaction transaction, RevisionSummary summary, List<Plan.Step> steps)
            throws SQLException {
        transaction.update(
                "insert into revisions (" + SUMMARY + ") values (?, ?, ?, ?, ?, ?, ?, ?)",
                summary.number(),
                summary.time(),
                summary.author(),
                summary.authorVerified(),
                summary.message(),
                summary.created(),
                summary.updated(),
                summary.deleted());
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (Plan.Step step : steps) {
            rows.add(
                    new @Nullable Object[] {
                        summary.number(),
                        step.key().kind().singular(),
                        step.key().name(),
                        bytes(step.before()),
                        bytes(step.after())
                    });
        }
        transaction.batch(
                "insert into changes (revision, kind, name, old_config, new_config) values (?, ?,"
                        + " ?, ?, ?)",
                rows);
    }

    /** Removes what is older than {@code oldest}, a bounded part of it. */
    static void prune(Transaction transaction, long oldest) throws SQLException {
        long first = oldest(transaction, oldest);
        long below = Math.min(oldest, first + PRUNED_PER_WRITE);
        if (first < below) {
            transaction.update("delete from changes where revision < ?", below);
            transaction.update("delete from revisions where number < ?", below);
        }
    }

    /** The number of the oldest row; {@code otherwise} if there is none. */
    static long oldest(Transaction transaction, long otherwise) throws SQLException {
        return transaction
                .query(
                        "select number from revisions order by number fetch first 1 rows only",
                        row -> row.getLong(1))
                .stream()
                .findFirst()
                .orElse(otherwise);
    }

    static long count(Transaction transaction, long oldest) throws SQLException {
        return transaction
                .query(
                        "select count(*) from revisions where number >= ?",
                        row -> row.getLong(1),
                        oldest)
                .getFirst();
    }

    /**
     * Whether number by number is there from the oldest to {@code newest}; reads every row, to find
     * damage now.
     */
    static boolean isGapFree(Transaction transaction, long newest) throws SQLException {
        record Extent(long count, long min, long max) {}
        transaction.query(
                "select sum(octet_length(old_config)), sum(octet_length(new_config)) from changes",
                row -> row.getLong(1) + row.getLong(2));
        Extent extent =
                transaction
                        .query(
                                "select count(*), coalesce(min(number), 0), coalesce(max(number),"
                                        + " 0) from revisions",
                                row -> new Extent(row.getLong(1), row.getLong(2), row.getLong(3)))
                        .getFirst();
        return extent.count() == 0
                ? newest == 0
                : extent.max() == newest && extent.max() - extent.min() + 1 == extent.count();
    }

    static RevisionPage page(Transaction transaction, RevisionQuery query, long oldest)
            throws SQLException {
        ResourceKey touching = query.touching();
        String where = " from revisions where number >= ?";
        List<Object> arguments = new ArrayList<>(List.of(oldest));
        if (touching != null) {
            where += " and number in (select revision from changes where kind = ? and name = ?)";
            arguments.add(touching.kind().singular());
            arguments.add(touching.name());
        }
        long total =
                transaction
                        .query(
                                "select count(*)" + where,
                                row -> row.getLong(1),
                                arguments.toArray())
                        .getFirst();
        arguments.add(query.before());
        arguments.add(query.count() + 1);
        List<RevisionSummary> found =
                transaction.query(
                        "select "
                                + SUMMARY
                                + where
                                + " and number < ? order by number desc limit ?",
                        History::summary,
                        arguments.toArray());
        boolean more = found.size() > query.count();
        return new RevisionPage(
                more ? List.copyOf(found.subList(0, query.count())) : List.copyOf(found),
                more,
                total);
    }

    static RevisionSummary find(Transaction transaction, long number) throws SQLException {
        return transaction
                .query(
                        "select " + SUMMARY + " from revisions where number = ?",
                        History::summary,
                        number)
                .getFirst();
    }

    /** Revisions from {@code first} on, oldest first. */
    static List<RevisionSummary> ascending(
            Transaction transaction, long first, long last, int count) throws SQLException {
        return transaction.query(
                "select "
                        + SUMMARY
                        + " from revisions where number >= ? and number <= ? order by number limit"
                        + " ?",
                History::summary,
                first,
                last,
                count);
    }

    /** What one revision did, sorted by key. */
    static List<Plan.Step> steps(Transaction transaction, long number) throws SQLException {
        List<Plan.Step> steps =
                new ArrayList<>(
                        transaction.query(
                                "select kind, name, old_config, new_config from changes where"
                                        + " revision = ?",
                                History::step,
                                number));
        steps.sort((a, b) -> a.key().compareTo(b.key()));
        return steps;
    }

    /**
     * What leads from the content of one revision to that of a later one, sorted by key: of each
     * resource the state before the first change in between, and after the last.
     */
    static List<Plan.Step> between(Transaction transaction, long from, long to)
            throws SQLException {
        TreeMap<ResourceKey, Plan.Step> net = new TreeMap<>();
        List<Plan.Step> ends =
                transaction.query(
                        "select c.kind, c.name, c.old_config, c.new_config from changes c join"
                            + " (select kind, name, min(revision) as lowest, max(revision) as"
                            + " highest from changes where revision > ? and revision <= ? group by"
                            + " kind, name) e on e.kind = c.kind and e.name = c.name and"
                            + " (c.revision = e.lowest or c.revision = e.highest) order by"
                            + " c.revision",
                        History::step,
                        from,
                        to);
        for (Plan.Step end : ends) {
            net.merge(
                    end.key(),
                    end,
                    (first, last) -> new Plan.Step(first.key(), first.before(), last.after()));
        }
        return net.values().stream()
                .filter(
                        step ->
                                step.before() == null
                                        ? step.after() != null
                                        : !step.before().equals(step.after()))
                .toList();
    }

    private static RevisionSummary summary(ResultSet row) throws SQLException {
        return new RevisionSummary(
                row.getLong("number"),
                Transaction.instant(row, "time"),
                row.getString("author"),
                row.getBoolean("author_verified"),
                row.getString("message"),
                row.getInt("created"),
                row.getInt("updated"),
                row.getInt("deleted"));
    }

    private static Plan.Step step(ResultSet row) throws SQLException {
        ResourceKey key = Tables.key(row);
        return new Plan.Step(
                key,
                Tables.resourceOrNull(key, row.getBytes("old_config")),
                Tables.resourceOrNull(key, row.getBytes("new_config")));
    }

    private static byte @Nullable [] bytes(@Nullable Resource resource) {
        return resource == null ? null : Tables.bytes(resource);
    }
}
