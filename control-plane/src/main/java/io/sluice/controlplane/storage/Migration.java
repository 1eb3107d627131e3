package io.sluice.controlplane.storage;

import io.sluice.controlplane.storage.StorageException.Unusable;
import io.sluice.proto.StateDigest;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Brings the tables to the newest version: numbered SQL files, each run once, remembered with a
 * checksum. A process that comes second waits at the lock row. A file that was half run when its
 * process died is run again, so its statements are written to bear that.
 */
final class Migration {
    private static final List<String> FILES = List.of("V001__resources.sql");

    private static final Pattern STATEMENT_END = Pattern.compile(";\\s*\\n");

    private Migration() {}

    static void run(Database database, Instant now) {
        database.inTransaction(
                transaction -> {
                    prepare(transaction, now);
                    return true;
                });
        database.inTransaction(
                transaction -> {
                    migrate(transaction, now);
                    return true;
                });
    }

    private static void prepare(Transaction transaction, Instant now) throws SQLException {
        transaction.update(
                "create table if not exists schema_versions (version integer primary key, checksum"
                        + " varchar(64) not null, time timestamp with time zone not null)");
        // Version 0 is the lock row.
        transaction.update(
                "insert into schema_versions (version, checksum, time) values (0, '', ?) on"
                        + " conflict do nothing",
                now);
    }

    private static void migrate(Transaction transaction, Instant now) throws SQLException {
        transaction.query(
                "select version from schema_versions where version = 0 for update",
                row -> row.getInt(1));
        Map<Integer, String> done =
                transaction
                        .query(
                                "select version, checksum from schema_versions where version > 0",
                                row -> Map.entry(row.getInt(1), row.getString(2)))
                        .stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        int newest = done.keySet().stream().mapToInt(Integer::intValue).max().orElse(0);
        if (newest > FILES.size()) {
            throw new Unusable(
                    "the database has schema version "
                            + newest
                            + ", written by a newer Sluice; this one knows "
                            + FILES.size());
        }
        for (int version = 1; version <= FILES.size(); version++) {
            String sql = read(FILES.get(version - 1));
            String checksum =
                    HexFormat.of()
                            .formatHex(StateDigest.sha256(sql.getBytes(StandardCharsets.UTF_8)));
            String known = done.get(version);
            if (known == null) {
                for (String statement : STATEMENT_END.split(sql, -1)) {
                    if (!statement.isBlank()) {
                        transaction.update(statement);
                    }
                }
                transaction.update(
                        "insert into schema_versions (version, checksum, time) values (?, ?, ?)",
                        version,
                        checksum,
                        now);
            } else if (!known.equals(checksum)) {
                throw new Unusable(
                        "the database's schema version "
                                + version
                                + " differs from the one this Sluice knows");
            }
        }
    }

    private static String read(String file) {
        try (InputStream in = Migration.class.getResourceAsStream("schema/" + file)) {
            if (in == null) {
                throw new IllegalStateException("no resource schema/" + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
