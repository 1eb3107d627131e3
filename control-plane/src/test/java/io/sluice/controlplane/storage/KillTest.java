package io.sluice.controlplane.storage;

import static io.sluice.controlplane.storage.Samples.cluster;
import static io.sluice.controlplane.storage.Samples.upsert;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.proto.resource.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.LongStream;

/** A process that is killed while it writes. */
final class KillTest {
    private static final int KILLS = 3;
    private static final int WRITERS = 3;
    private static final int ACKNOWLEDGED_PER_LIFE = 150;

    @TempDir Path temporary;

    @Test
    void everyAcknowledgedRevisionIsThereAndNoneHalf() throws IOException, InterruptedException {
        Path data = temporary.resolve("data");
        SortedSet<Long> acknowledged = new TreeSet<>();
        for (int life = 1; life <= KILLS; life++) {
            writeAndKill(data, acknowledged);
            try (DataDirectory directory = DataDirectory.lock(data);
                    JdbcResourceStore store =
                            JdbcResourceStore.open(
                                    directory, StoreOptions.DEFAULT, StoreFixture.CLOCK)) {
                check(store, acknowledged);
            }
        }
        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(KILLS * ACKNOWLEDGED_PER_LIFE);
    }

    private static void writeAndKill(Path data, SortedSet<Long> acknowledged)
            throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElseThrow(),
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                classPath(),
                                Writer.class.getName(),
                                data.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            int seen = 0;
            String line = lines.readLine();
            while (line != null) {
                acknowledged.add(Long.parseLong(line));
                if (++seen == ACKNOWLEDGED_PER_LIFE) {
                    // SIGKILL; what is in the pipe was acknowledged before and is read on.
                    process.toHandle().destroyForcibly();
                }
                line = lines.readLine();
            }
        }
        process.waitFor();
    }

    private static void check(JdbcResourceStore store, SortedSet<Long> acknowledged) {
        long newest = store.current().revision();
        assertThat(newest).isGreaterThanOrEqualTo(acknowledged.last());
        List<Long> numbers =
                LongStream.rangeClosed(1, newest)
                        .filter(number -> store.revision(number) instanceof Lookup.Found<Revision>)
                        .boxed()
                        .toList();
        assertThat(numbers).hasSize((int) newest).containsAll(acknowledged);
        // Each revision writes two clusters alike.
        for (int writer = 0; writer < WRITERS; writer++) {
            List<StoredResource> pair = pair(store.current(), writer);
            if (!pair.isEmpty()) {
                assertThat(pair).hasSize(2);
                assertThat(pair.get(0).resource().cluster())
                        .isEqualTo(pair.get(1).resource().cluster());
                assertThat(pair.get(0).revision()).isEqualTo(pair.get(1).revision());
            }
        }
    }

    private static List<StoredResource> pair(StoreState state, int writer) {
        return state.all(Kind.CLUSTER).stream()
                .filter(stored -> stored.resource().name().endsWith("-" + writer))
                .toList();
    }

    private static String classPath() {
        // The class path of a forked JUnit may be a manifest or a loader of its own; ask the
        // classes.
        TreeSet<String> places = new TreeSet<>();
        for (Class<?> type :
                List.of(
                        KillTest.class,
                        JdbcResourceStore.class,
                        io.sluice.proto.Problem.class,
                        org.h2.Driver.class,
                        com.zaxxer.hikari.HikariDataSource.class,
                        com.google.protobuf.Message.class,
                        com.google.re2j.Pattern.class,
                        com.fasterxml.jackson.core.JsonFactory.class,
                        org.slf4j.Logger.class,
                        org.jspecify.annotations.Nullable.class)) {
            places.add(
                    Path.of(
                                    URI.create(
                                            type.getProtectionDomain()
                                                    .getCodeSource()
                                                    .getLocation()
                                                    .toString()))
                            .toString());
        }
        return String.join(":", places);
    }

    /** The child process: writes until it is killed and prints each revision it was promised. */
    static final class Writer {
        public static void main(String[] arguments) {
            DataDirectory directory = DataDirectory.lock(Path.of(arguments[0]));
            JdbcResourceStore store =
                    JdbcResourceStore.open(directory, StoreOptions.DEFAULT, StoreFixture.CLOCK);
            int from = (int) store.current().revision();
            for (int writer = 0; writer < WRITERS; writer++) {
                int number = writer;
                Thread.ofPlatform().start(() -> write(store, number, from));
            }
        }

        private static void write(JdbcResourceStore store, int writer, int from) {
            for (int i = from; ; i++) {
                int port = 1 + i % 60_000;
                ChangeResult result =
                        store.apply(
                                upsert(cluster("a-" + writer, port), cluster("b-" + writer, port)));
                if (result instanceof ChangeResult.Applied applied) {
                    System.out.println(applied.revision());
                }
            }
        }
    }
}
