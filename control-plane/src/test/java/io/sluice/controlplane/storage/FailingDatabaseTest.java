package io.sluice.controlplane.storage;

import static io.sluice.controlplane.storage.Samples.cluster;
import static io.sluice.controlplane.storage.Samples.upsert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.controlplane.storage.StorageException.Unavailable;

import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.PrintWriter;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Logger;

import javax.sql.DataSource;

/** A database that refuses at the worst moments. */
final class FailingDatabaseTest {
    private final Connections connections = new Connections();
    private final JdbcResourceStore store =
            JdbcResourceStore.open(
                    new Database(connections, Database.Product.H2_MEMORY),
                    StoreOptions.DEFAULT,
                    StoreFixture.CLOCK);
    private final List<Commit> commits = new ArrayList<>();

    @AfterEach
    void close() {
        connections.failure = Failure.NONE;
        store.close();
    }

    @Test
    void aWriteThatFailsLeavesTheStateAsItWasAndLaterOnesWork() {
        store.onCommit(commits::add);
        store.apply(upsert(cluster("a", 1)));
        StoreState before = store.current();
        for (Failure failure : List.of(Failure.CONNECT, Failure.STATEMENT, Failure.COMMIT)) {
            connections.failure = failure;
            assertThatThrownBy(() -> store.apply(upsert(cluster("a", 2))))
                    .isInstanceOf(Unavailable.class)
                    .hasMessageContaining("No space left on device");
            assertThatThrownBy(() -> store.setDrained("node", true))
                    .isInstanceOf(Unavailable.class);
            assertThat(store.current()).isSameAs(before);
        }
        assertThat(commits).hasSize(1);

        connections.failure = Failure.NONE;
        assertThat(store.apply(upsert(cluster("a", 3))))
                .isInstanceOfSatisfying(
                        ChangeResult.Applied.class,
                        applied -> assertThat(applied.revision()).isEqualTo(2));
        assertThat(commits).hasSize(2);
    }

    @Test
    void writesGoOnWhenTheDiskHasRoomAgain(@TempDir Path directory) {
        FullDisk.register();
        try (JdbcResourceStore onDisk =
                JdbcResourceStore.open(
                        Database.h2(FullDisk.SCHEME, directory.resolve("sluice")),
                        StoreOptions.DEFAULT,
                        StoreFixture.CLOCK)) {
            onDisk.apply(upsert(cluster("a", 1)));
            FullDisk.setFull(true);
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> onDisk.apply(upsert(cluster("a", 2))))
                        .isInstanceOf(Unavailable.class)
                        .hasMessageEndingWith("cannot be read or written: No space left on device");
            }
            assertThat(onDisk.current().resources().all()).containsExactly(cluster("a", 1));

            FullDisk.setFull(false);
            assertThat(onDisk.apply(upsert(cluster("b", 1))))
                    .isInstanceOf(ChangeResult.Applied.class);
            assertThat(onDisk.current().resources().all()).contains(cluster("b", 1));
            assertThat(onDisk.revision(onDisk.current().revision()))
                    .isInstanceOf(Lookup.Found.class);
        } finally {
            FullDisk.setFull(false);
        }
    }

    @Test
    void aCommitWhoseAnswerWasLostIsFoundByTheNextWrite() {
        store.onCommit(commits::add);
        store.apply(upsert(cluster("a", 1)));
        connections.failure = Failure.AFTER_COMMIT;
        assertThatThrownBy(() -> store.apply(upsert(cluster("a", 2))))
                .isInstanceOf(Unavailable.class);
        assertThat(store.current().revision()).isEqualTo(1);

        connections.failure = Failure.NONE;
        assertThat(store.apply(upsert(cluster("b", 1))))
                .isInstanceOfSatisfying(
                        ChangeResult.Applied.class,
                        applied -> assertThat(applied.revision()).isEqualTo(3));
        assertThat(commits)
                .extracting(commit -> commit.after().revision())
                .containsExactly(1L, 2L, 3L);
        assertThat(commits.get(1).changes())
                .singleElement()
                .satisfies(change -> assertThat(change.after()).isEqualTo(cluster("a", 2)));
        assertThat(store.current().resources().all())
                .containsExactly(cluster("a", 2), cluster("b", 1));
    }

    @Test
    void anotherProcessOnTheSameDatabaseIsNoticedBeforeAWriteIsJudged() {
        store.apply(upsert(cluster("a", 1)));
        JdbcResourceStore other =
                JdbcResourceStore.open(
                        new Database(connections, Database.Product.H2_MEMORY),
                        StoreOptions.DEFAULT,
                        StoreFixture.CLOCK);
        String etag = cluster("a", 1).etag();
        other.apply(upsert(cluster("a", 2)));
        ChangeSet stale = Samples.change(new Operation.Upsert(cluster("a", 3), etag, false));
        assertThat(store.apply(Samples.dryRun(stale))).isInstanceOf(ChangeResult.Rejected.class);
        assertThat(store.current().revision()).isEqualTo(2);
        other.apply(upsert(cluster("a", 4)));
        assertThat(store.apply(stale)).isInstanceOf(ChangeResult.Rejected.class);
        other.setDrained("node", true);
        assertThat(store.setDrained("node", true)).isFalse();
        assertThat(store.apply(upsert(cluster("a", 5))))
                .isInstanceOfSatisfying(
                        ChangeResult.Applied.class,
                        applied -> assertThat(applied.revision()).isEqualTo(4));
    }

    enum Failure {
        NONE,
        CONNECT,
        STATEMENT,
        COMMIT,
        AFTER_COMMIT
    }

    /** Real connections to H2, at whose edge failures are injected. */
    private static final class Connections implements DataSource {
        private final JdbcDataSource real = new JdbcDataSource();
        private Failure failure = Failure.NONE;

        Connections() {
            real.setURL(
                    "jdbc:h2:mem:"
                            + System.identityHashCode(this)
                            + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DB_CLOSE_DELAY=-1");
        }

        @Override
        public Connection getConnection() throws SQLException {
            if (failure == Failure.CONNECT) {
                throw noSpace();
            }
            Connection connection = real.getConnection();
            InvocationHandler handler =
                    (proxy, method, arguments) -> {
                        if (method.getName().equals("prepareStatement")
                                && failure == Failure.STATEMENT) {
                            throw noSpace();
                        }
                        if (method.getName().equals("commit") && failure == Failure.COMMIT) {
                            throw noSpace();
                        }
                        try {
                            Object result = method.invoke(connection, arguments);
                            if (method.getName().equals("commit")
                                    && failure == Failure.AFTER_COMMIT) {
                                throw noSpace();
                            }
                            return result;
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    };
            return (Connection)
                    Proxy.newProxyInstance(
                            Connections.class.getClassLoader(),
                            new Class<?>[] {Connection.class},
                            handler);
        }

        private static SQLException noSpace() {
            return new SQLException("IO Exception: No space left on device");
        }

        @Override
        public Connection getConnection(String user, String password) throws SQLException {
            return getConnection();
        }

        @Override
        public @Nullable PrintWriter getLogWriter() {
            return null;
        }

        @Override
        public void setLogWriter(PrintWriter out) {}

        @Override
        public void setLoginTimeout(int seconds) {}

        @Override
        public int getLoginTimeout() {
            return 0;
        }

        @Override
        public Logger getParentLogger() {
            return Logger.getGlobal();
        }

        @Override
        public <T> T unwrap(Class<T> type) throws SQLException {
            throw new SQLException("wraps nothing");
        }

        @Override
        public boolean isWrapperFor(Class<?> type) {
            return false;
        }
    }
}
