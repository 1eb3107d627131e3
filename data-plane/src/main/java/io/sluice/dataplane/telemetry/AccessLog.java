package io.sluice.dataplane.telemetry;

/**
 * Where each request and each L4 connection leaves one line when it ends. Called on the event
 * loops, which build a record only when {@link #enabled()}; never blocks them: what finds no room
 * in the queue is dropped and counted.
 */
public interface AccessLog extends AutoCloseable {
    /** Whether anyone reads what is written; false makes {@link #write} pointless. */
    boolean enabled();

    /** Hands a record over to the writer, or drops and counts it. */
    void write(AccessRecord line);

    /** Records dropped since the start. */
    long dropped();

    /**
     * Opens the file by its name again, after it was renamed from outside; nothing for the others.
     */
    void reopen();

    /** Writes out what was handed over and ends; waits for that, bounded. */
    @Override
    void close();

    /** A log that takes nothing. */
    static AccessLog off() {
        return NoAccessLog.INSTANCE;
    }
}
