package io.sluice.controlplane.storage;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

import io.sluice.controlplane.storage.StorageException.Unavailable;
import io.sluice.controlplane.storage.StorageException.Unusable;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

import javax.sql.DataSource;

/** The connections to H2 or PostgreSQL, and the little in which the two differ. Thread-safe. */
final class Database implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Database.class);
    private static final int CONNECTIONS_MAX = 4;
    private static final long CONNECT_MILLIS_MAX = 5_000;

    /** Why another process cannot open the file. */
    private static final int H2_ALREADY_OPEN = 90020;

    private static final String H2_USER = "sa";
    private static final int H2_CLOSED = 90121;
    private static final int H2_FILE_GIVEN_UP = 90098;
    private static final int H2_GENERAL_ERROR = 50_000;

    private static final String H2_SETTINGS =
            ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;DB_CLOSE_ON_EXIT=FALSE;DB_CLOSE_DELAY=-1;TRACE_LEVEL_FILE=0";

    /** What is behind the connections. */
    enum Product {
        /** A file: a commit is on the disk only after a checkpoint with sync. */
        H2_FILE,
        /** For tests: gone when closed. */
        H2_MEMORY,
        POSTGRESQL
    }

    private final DataSource connections;
    private final Product product;

    Database(DataSource connections, Product product) {
        this.connections = connections;
        this.product = product;
    }

    /** Something to do between begin and commit. */
    interface Work<T> {
        T in(Transaction transaction) throws SQLException;
    }

    static Database h2(Path file) {
        // WRITE_DELAY=0 must be in every open: without it acknowledged commits are lost on kill -9.
        return h2(file, ";WRITE_DELAY=0");
    }

    /** To look at a file without H2 repairing, and so changing, anything. */
    static Database h2ReadOnly(Path file) {
        return h2(file, ";ACCESS_MODE_DATA=r");
    }

    private static Database h2(Path file, String setting) {
        String url = "jdbc:h2:file:" + file.toAbsolutePath() + H2_SETTINGS + setting;
        try {
            return new Database(pool(url), Product.H2_FILE);
        } catch (RuntimeException e) {
            if (sqlCause(e) instanceof SQLException sql && sql.getErrorCode() == H2_ALREADY_OPEN) {
                throw new Unusable(
                        "the database file " + file + ".mv.db is open in another process", e);
            }
            throw unreadable(file, e);
        }
    }

    /** The file on another file system of H2's. */
    static Database h2(String fileSystem, Path file) {
        String url = "jdbc:h2:" + fileSystem + ":" + file.toAbsolutePath() + H2_SETTINGS;
        return new Database(pool(url + ";WRITE_DELAY=0"), Product.H2_FILE);
    }

    static Database inMemory() {
        return new Database(
                pool("jdbc:h2:mem:" + UUID.randomUUID() + H2_SETTINGS), Product.H2_MEMORY);
    }

    static Database postgres(String url) {
        try {
            return new Database(pool(url), Product.POSTGRESQL);
        } catch (RuntimeException e) {
            throw new Unusable(
                    "the database " + withoutParameters(url) + " cannot be opened: " + reason(e),
                    e);
        }
    }

    /** The sentence for a file that H2 cannot read. */
    static Unusable unreadable(Path file, Throwable cause) {
        return new Unusable(
                "the database file "
                        + file
                        + ".mv.db is damaged or was not written by this version ("
                        + reason(cause)
                        + "); nothing was changed: restore the last backup with"
                        + " \"sluice-control-plane restore FILE --force --data-dir "
                        + file.toAbsolutePath().getParent()
                        + "\", which keeps the damaged file aside",
                cause);
    }

    Product product() {
        return product;
    }

    /**
     * Runs the work in a transaction of its own. When this returns, a commit is on the disk.
     *
     * @throws Unavailable if the database refused; whether the work is committed is then known to
     *     the database only
     */
    <T> T inTransaction(Work<T> work) {
        try (Connection connection = connections.getConnection()) {
            connection.setAutoCommit(false);
            Transaction transaction = new Transaction(connection);
            boolean committed = false;
            try {
                T result = work.in(transaction);
                if (!transaction.isRollbackOnly()) {
                    connection.commit();
                    committed = true;
                    sync(connection);
                }
                return result;
            } finally {
                if (!committed) {
                    rollback(connection);
                }
            }
        } catch (SQLException e) {
            reconnectAfter(e);
            throw new Unavailable("the database failed: " + reason(e), e);
        } catch (IllegalStateException e) {
            // H2's store, once it has lost its file.
            throw new Unavailable("the database failed: " + reason(e), e);
        }
    }

    /**
     * After a write that failed (a full disk) H2 gives up the file until it is opened again, and
     * its old connections go on calling themselves valid. New ones open it.
     */
    private void reconnectAfter(SQLException failure) {
        boolean givenUp =
                failure.getErrorCode() == H2_FILE_GIVEN_UP
                        || failure.getErrorCode() == H2_GENERAL_ERROR;
        if (givenUp && product == Product.H2_FILE && connections instanceof HikariDataSource pool) {
            log.error("event=database_given_up reason=\"{}\"", reason(failure));
            pool.getHikariPoolMXBean().softEvictConnections();
        }
    }

    /** Like {@link #inTransaction}, for reading: nothing is committed, nothing synced. */
    <T> T read(Work<T> work) {
        return inTransaction(
                transaction -> {
                    transaction.rollbackOnly();
                    return work.in(transaction);
                });
    }

    @Override
    public void close() {
        // First the pool: it would open the database again to replace the connection that the
        // shutdown ends.
        if (connections instanceof HikariDataSource pool) {
            pool.close();
        }
        if (product == Product.POSTGRESQL) {
            return;
        }
        try (Connection connection = lastConnection();
                Statement statement = connection.createStatement()) {
            // The file grows with each write and shrinks only here.
            statement.execute(product == Product.H2_FILE ? "shutdown compact" : "shutdown");
        } catch (SQLException e) {
            // Closing the connection fails after a shutdown, as it should.
            if (e.getErrorCode() != H2_CLOSED) {
                log.warn("event=database_shutdown_failed reason=\"{}\"", reason(e));
            }
        }
    }

    private Connection lastConnection() throws SQLException {
        return connections instanceof HikariDataSource pool
                ? DriverManager.getConnection(pool.getJdbcUrl(), H2_USER, "")
                : connections.getConnection();
    }

    private void sync(Connection connection) throws SQLException {
        if (product == Product.H2_FILE) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("checkpoint sync");
            }
        }
    }

    private static void rollback(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // The pool throws the connection away; what made us roll back is what the caller hears
            // of.
            log.debug("event=rollback_failed reason=\"{}\"", reason(e));
        }
    }

    private static HikariDataSource pool(String url) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        if (url.startsWith("jdbc:h2:")) {
            config.setUsername(H2_USER);
            config.setPassword("");
        }
        config.setPoolName("store");
        config.setMaximumPoolSize(CONNECTIONS_MAX);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(CONNECT_MILLIS_MAX);
        return new HikariDataSource(config);
    }

    /** The innermost message, in one line. */
    static String reason(Throwable thrown) {
        Throwable cause = sqlCause(thrown);
        String message =
                cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        String line = message.lines().findFirst().orElse("");
        // H2 appends the statement, which may hold values.
        int statement = line.indexOf("; SQL statement:");
        String reason = statement < 0 ? line : line.substring(0, statement);
        return reason.contains("MVStoreException") ? ofTheFile(thrown, reason) : reason;
    }

    /** What the operating system said, which H2 does not repeat. */
    private static String ofTheFile(Throwable thrown, String otherwise) {
        for (Throwable next = thrown; next != null; next = next.getCause()) {
            if (next instanceof IOException && next.getMessage() != null) {
                return "its file cannot be read or written: " + next.getMessage();
            }
        }
        return otherwise;
    }

    private static Throwable sqlCause(Throwable thrown) {
        Throwable cause = thrown;
        for (Throwable next = thrown;
                next != null && !(cause instanceof SQLException);
                next = next.getCause()) {
            cause = next;
        }
        return cause;
    }

    private static String withoutParameters(String url) {
        int question = url.indexOf('?');
        return question < 0 ? url : url.substring(0, question);
    }
}
