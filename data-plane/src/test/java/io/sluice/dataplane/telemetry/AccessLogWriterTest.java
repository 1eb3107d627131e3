package io.sluice.dataplane.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

class AccessLogWriterTest {
    @TempDir Path dir;

    @Test
    void writesOneObjectPerLineWithTheFieldsInOrder() throws IOException {
        Path file = dir.resolve("access.log");
        try (AccessLog log = AccessLogWriter.toFile(file, 1 << 20, 2)) {
            log.write(record("/a\"b\n"));
        }
        assertThat(Files.readString(file))
                .isEqualTo(
                        "{\"time\":\"2026-11-21T09:00:00Z\",\"listener\":\"web\",\"route\":\"shop\",\"rule\":\"checkout\",\"cluster\":\"v1\",\"endpoint\":\"127.0.0.1:1\",\"client\":\"127.0.0.1:2\",\"method\":\"GET\",\"host\":\"shop.example\",\"path\":\"/a\\\"b\\n"
                            + "\",\"status\":200,\"phase\":\"DONE\",\"bytesIn\":1,\"bytesOut\":2,\"durationMicros\":3,\"attempts\":1,\"requestId\":\"r1\"}\n");
    }

    @Test
    void writesTheStatusOfGrpcCalls() throws IOException {
        Path file = dir.resolve("access.log");
        try (AccessLog log = AccessLogWriter.toFile(file, 1 << 20, 2)) {
            log.write(
                    new AccessRecord(
                            0, "web", "", "", "", "", "", "", "", "", 200, 0, "", "DONE", 0, 0, 0,
                            0, ""));
        }
        assertThat(Files.readString(file)).contains("\"status\":200,\"grpcStatus\":0,");
    }

    @Test
    void keepsEverythingThatWasWrittenBeforeClose() throws IOException {
        Path file = dir.resolve("access.log");
        try (AccessLog log = AccessLogWriter.toFile(file, 64 << 20, 2)) {
            for (int i = 0; i < 5_000; i++) {
                log.write(record("/" + i));
            }
            assertThat(log.dropped()).isZero();
        }
        assertThat(Files.readAllLines(file)).hasSize(5_000);
    }

    @Test
    void dropsAndCountsWhatFindsNoRoom() throws InterruptedException {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        AccessLogWriter log =
                AccessLogWriter.start(
                        new AccessLogWriter(
                                new LogSink() {
                                    @Override
                                    public void write(byte[] bytes, int length) throws IOException {
                                        blocked.countDown();
                                        await(release);
                                    }

                                    @Override
                                    public void reopen() {}

                                    @Override
                                    public void close() {}
                                },
                                4));
        log.write(record("/first"));
        await(blocked);
        for (int i = 0; i < 10; i++) {
            log.write(record("/more"));
        }
        assertThat(log.dropped()).isEqualTo(6);
        release.countDown();
        log.close();
    }

    @Test
    void aDiskThatFailsCostsLinesAndIsTriedAgain() {
        int[] calls = {0};
        AccessLogWriter log =
                AccessLogWriter.start(
                        new AccessLogWriter(
                                new LogSink() {
                                    @Override
                                    public void write(byte[] bytes, int length) throws IOException {
                                        calls[0]++;
                                        throw new IOException("no space left");
                                    }

                                    @Override
                                    public void reopen() {}

                                    @Override
                                    public void close() {}
                                },
                                16));
        log.write(record("/a"));
        log.write(record("/b"));
        log.close();
        assertThat(log.dropped()).isEqualTo(2);
        assertThat(calls[0]).isPositive();
    }

    @Test
    void opensTheFileAgainAfterItWasRenamed() throws Exception {
        Path file = dir.resolve("access.log");
        try (AccessLog log = AccessLogWriter.toFile(file, 1 << 20, 2)) {
            log.write(record("/old"));
            awaitContent(file, "/old");
            Files.move(file, dir.resolve("moved.log"));
            log.reopen();
            awaitExists(file);
            log.write(record("/new"));
        }
        assertThat(Files.readString(file)).contains("/new").doesNotContain("/old");
        assertThat(Files.readString(dir.resolve("moved.log"))).contains("/old");
    }

    @Test
    void aFullFileIsRenamedAndTheOldestGoes() throws IOException {
        Path file = dir.resolve("access.log");
        try (RotatingFile rotating = new RotatingFile(file, 10, 2)) {
            for (String chunk : List.of("11111111", "22222222", "33333333", "44444444")) {
                rotating.write(chunk.getBytes(StandardCharsets.US_ASCII), 8);
            }
        }
        assertThat(Files.readString(file)).isEqualTo("44444444");
        assertThat(Files.readString(dir.resolve("access.log.1"))).isEqualTo("33333333");
        assertThat(Files.readString(dir.resolve("access.log.2"))).isEqualTo("22222222");
        assertThat(dir.resolve("access.log.3")).doesNotExist();
    }

    @Test
    void appendsToWhatIsThere() throws IOException {
        Path file = dir.resolve("access.log");
        Files.writeString(file, "before\n");
        try (AccessLog log = AccessLogWriter.toFile(file, 1 << 20, 2)) {
            log.write(record("/a"));
        }
        assertThat(Files.readAllLines(file)).hasSize(2).first().isEqualTo("before");
    }

    private static AccessRecord record(String path) {
        return new AccessRecord(
                1_795_251_600_000L,
                "web",
                "shop",
                "checkout",
                "v1",
                "127.0.0.1:1",
                "127.0.0.1:2",
                "GET",
                "shop.example",
                path,
                200,
                "",
                "DONE",
                1,
                2,
                3,
                1,
                "r1");
    }

    private static void awaitContent(Path file, String text) throws Exception {
        awaitTrue(() -> Files.exists(file) && Files.readString(file).contains(text));
    }

    private static void awaitExists(Path file) throws Exception {
        awaitTrue(() -> Files.exists(file));
    }

    private static void awaitTrue(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
