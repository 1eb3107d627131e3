package io.sluice.dataplane.telemetry;

import java.io.IOException;
import java.io.OutputStream;

/** Where the bytes of the access log go. Used by its writer thread only. */
interface LogSink extends AutoCloseable {
    /** Takes a chunk of whole lines. */
    void write(byte[] bytes, int length) throws IOException;

    /** Opens what it writes to again, by name. */
    void reopen() throws IOException;

    @Override
    void close() throws IOException;

    /** Writes to a stream that stays open, such as standard output. */
    static LogSink of(OutputStream out) {
        return new LogSink() {
            @Override
            public void write(byte[] bytes, int length) throws IOException {
                out.write(bytes, 0, length);
                out.flush();
            }

            @Override
            public void reopen() {
                // A stream has no name.
            }

            @Override
            public void close() throws IOException {
                out.flush();
            }
        };
    }
}
