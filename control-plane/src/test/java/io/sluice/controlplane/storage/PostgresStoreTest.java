package io.sluice.controlplane.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

final class PostgresStoreTest extends StoreContract {
    private static @Nullable EmbeddedPostgres server;
    private static int databases;
    private @Nullable String url;

    @BeforeAll
    static void startServer() throws IOException {
        server = newServer();
    }

    /** A server of its own, to be closed by the caller. */
    static EmbeddedPostgres newServer() throws IOException {
        // It gives up after 10 seconds by itself, which a machine that does other things may take.
        return EmbeddedPostgres.builder().setPGStartupWait(Duration.ofMinutes(2)).start();
    }

    @AfterAll
    static void stopServer() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    @Override
    JdbcResourceStore open(StoreOptions options) {
        if (url == null) {
            url = newDatabase();
        }
        return JdbcResourceStore.openPostgres(url, options, CLOCK);
    }

    @Test
    void anIdleStoreFollowsAnother() {
        String shared = newDatabase();
        try (JdbcResourceStore writing =
                        JdbcResourceStore.openPostgres(shared, StoreOptions.DEFAULT, CLOCK);
                JdbcResourceStore idle =
                        JdbcResourceStore.openPostgres(shared, StoreOptions.DEFAULT, CLOCK)) {
            CompletableFuture<Commit> seen = new CompletableFuture<>();
            idle.onCommit(seen::complete);
            writing.apply(Samples.upsert(Samples.cluster("a", 80)));
            assertThat(seen).succeedsWithin(Duration.ofSeconds(60));
            assertThat(idle.current().revision()).isEqualTo(1);
            assertThat(seen.join().changes()).hasSize(1);
        }
    }

    static String newDatabase() {
        if (server == null) {
            throw new IllegalStateException("not started");
        }
        String name = "sluice" + databases++;
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + name);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return server.getJdbcUrl("postgres", name);
    }
}
