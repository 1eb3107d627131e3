package io.sluice.dataplane.cluster.pool;

/**
 * A connection that carries several users at a time, as whoever speaks its protocol shows it to the
 * {@link Http2Pool}. Of its loop's thread.
 */
public interface SharedConnection {
    /** Whether another user may join now. */
    boolean takesMore();

    /** Takes nobody more, and closes when the last user is gone. */
    void leave();
}
