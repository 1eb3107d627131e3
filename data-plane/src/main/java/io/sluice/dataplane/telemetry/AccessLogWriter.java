package io.sluice.dataplane.telemetry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The access log as JSON lines, one object per record. Event loops put records into a bounded
 * queue; one thread formats and writes them, so that a slow disk costs lines and never requests.
 * What is written is on its way to the file within a fraction of a second.
 */
public final class AccessLogWriter implements AccessLog {
    private static final Logger LOG = LoggerFactory.getLogger(AccessLogWriter.class);
    private static final int QUEUE_RECORDS = 16 * 1024;
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long CLOSE_MILLIS_MAX = 5_000;

    private final RecordQueue<AccessRecord> queue;
    private final LogSink sink;
    private final AtomicLong dropped = new AtomicLong();
    private final Thread thread;
    private final Chunk chunk = new Chunk();
    private final JsonGenerator json;
    private volatile boolean reopenAsked;
    private volatile boolean closing;
    private boolean failing;

    /** Starts the writer thread. */
    AccessLogWriter(LogSink sink, int queueRecords) {
        this.sink = sink;
        this.queue = new RecordQueue<>(queueRecords);
        this.json = generator(chunk);
        this.thread = Thread.ofPlatform().name("sluice-access-log").daemon().unstarted(this::run);
    }

    /** A log to standard output. */
    public static AccessLog toStream(PrintStream out) {
        return start(new AccessLogWriter(LogSink.of(out), QUEUE_RECORDS));
    }

    /**
     * A log to a file, appended to.
     *
     * @param bytesMax size from which a new file begins
     * @param oldFilesMax files kept beside it, as FILE.1 ...
     * @throws IOException if it cannot be opened
     */
    public static AccessLog toFile(Path file, long bytesMax, int oldFilesMax) throws IOException {
        return start(
                new AccessLogWriter(new RotatingFile(file, bytesMax, oldFilesMax), QUEUE_RECORDS));
    }

    /** Begins writing what is and will be in the queue. */
    static AccessLogWriter start(AccessLogWriter log) {
        log.thread.start();
        return log;
    }

    @Override
    public boolean enabled() {
        return true;
    }

    @Override
    public void write(AccessRecord line) {
        if (closing || !queue.offer(line)) {
            dropped.incrementAndGet();
            return;
        }
        if (queue.size() == queue.capacity() / 2) {
            LockSupport.unpark(thread);
        }
    }

    @Override
    public long dropped() {
        return dropped.get();
    }

    @Override
    public void reopen() {
        reopenAsked = true;
        LockSupport.unpark(thread);
    }

    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        try {
            thread.join(CLOSE_MILLIS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (true) {
            boolean last = closing;
            if (reopenAsked) {
                reopenAsked = false;
                attempt(sink::reopen, 0);
            }
            boolean wrote = writeQueued();
            if (last) {
                attempt(sink::close, 0);
                return;
            }
            if (!wrote) {
                LockSupport.parkNanos(IDLE_NANOS);
            }
        }
    }

    private boolean writeQueued() {
        AccessRecord line = queue.poll();
        boolean any = line != null;
        while (line != null) {
            int lines = 0;
            while (line != null && chunk.size() < CHUNK_BYTES) {
                format(line);
                lines++;
                line = queue.poll();
            }
            attempt(() -> sink.write(chunk.bytes(), chunk.size()), lines);
            chunk.reset();
        }
        return any;
    }

    private void attempt(SinkCall call, int lines) {
        try {
            call.run();
            failing = false;
        } catch (IOException e) {
            dropped.addAndGet(lines);
            if (!failing) {
                LOG.warn("event=access-log-failed problem=\"{}\"", e.toString());
            }
            failing = true;
        }
    }

    private void format(AccessRecord line) {
        try {
            json.writeStartObject();
            json.writeStringField("time", Instant.ofEpochMilli(line.timeMillis()).toString());
            text("listener", line.listener());
            text("route", line.route());
            text("rule", line.rule());
            text("cluster", line.cluster());
            text("endpoint", line.endpoint());
            text("client", line.client());
            text("method", line.method());
            text("host", line.host());
            text("path", line.path());
            if (line.status() != 0) {
                json.writeNumberField("status", line.status());
            }
            if (line.grpcStatus() >= 0) {
                json.writeNumberField("grpcStatus", line.grpcStatus());
            }
            text("reason", line.reason());
            text("phase", line.phase());
            json.writeNumberField("bytesIn", line.bytesIn());
            json.writeNumberField("bytesOut", line.bytesOut());
            json.writeNumberField("durationMicros", line.durationMicros());
            json.writeNumberField("attempts", line.attempts());
            text("requestId", line.requestId());
            json.writeEndObject();
            json.writeRaw('\n');
            json.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes every byte", e);
        }
    }

    private void text(String name, String value) throws IOException {
        if (!value.isEmpty()) {
            json.writeStringField(name, value);
        }
    }

    private static JsonGenerator generator(ByteArrayOutputStream out) {
        try {
            JsonGenerator json = new JsonFactory().createGenerator(out);
            json.setRootValueSeparator(null);
            return json;
        } catch (IOException e) {
            throw new UncheckedIOException("memory takes every byte", e);
        }
    }

    private interface SinkCall {
        void run() throws IOException;
    }

    /** Lines being gathered, whose array the sink reads without a copy. */
    private static final class Chunk extends ByteArrayOutputStream {
        byte[] bytes() {
            return buf;
        }
    }
}
