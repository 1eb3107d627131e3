package io.sluice.dataplane.cluster.pool;

import io.netty.buffer.ByteBuf;
import io.sluice.dataplane.net.Failure;

import org.jspecify.annotations.Nullable;

/** Whom a connection opened ahead belongs to until it is there. */
final class ReadyUser implements UpstreamUser {
    private final ConnectionPool pool;

    ReadyUser(ConnectionPool pool) {
        this.pool = pool;
    }

    @Override
    public void connected(UpstreamConnection connection) {
        pool.opened(connection);
    }

    @Override
    public void connectFailed(Failure failure, Throwable cause) {
        pool.openFailed();
    }

    // It gives the connection back at once: nothing else is ever said to it.

    @Override
    public void read(ByteBuf bytes) {
        bytes.release();
    }

    @Override
    public void readComplete() {}

    @Override
    public void writabilityChanged() {}

    @Override
    public void inputClosed() {}

    @Override
    public void closed(@Nullable Throwable cause) {}
}
