package io.sluice.dataplane.cluster.pool;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * The shared connections of one loop to one endpoint. Users join the one opened first, until it is
 * full; then others are opened, up to a bound. Of its loop's thread.
 */
public final class Http2Pool {
    private final List<SharedConnection> connections = new ArrayList<>();
    private boolean retired;
    private boolean takesWebSockets = true;

    Http2Pool() {}

    /** A connection that takes another user, or null. */
    public @Nullable SharedConnection pick() {
        for (int i = 0; i < connections.size(); i++) {
            SharedConnection connection = connections.get(i);
            if (connection.takesMore()) {
                return connection;
            }
        }
        return null;
    }

    /** Whether another connection may be opened. */
    public boolean mayOpen() {
        return connections.size() < PoolOptions.SHARED_CONNECTIONS_MAX;
    }

    /** Whether a connection without users should close at once. */
    public boolean retired() {
        return retired;
    }

    /** Whether the endpoint takes WebSockets over them (RFC 8441), as far as is known. */
    public boolean takesWebSockets() {
        return takesWebSockets;
    }

    /** A connection has said whether it takes WebSockets. */
    public void takesWebSockets(boolean taken) {
        takesWebSockets = taken;
    }

    /** A connection is being opened. */
    public void add(SharedConnection connection) {
        connections.add(connection);
    }

    /** A connection closed, or was never made. */
    public void remove(SharedConnection connection) {
        connections.remove(connection);
    }

    /** How many there are, those leaving included. */
    public int size() {
        return connections.size();
    }

    void retire() {
        retired = true;
        leaveAll();
    }

    /** Who comes next gets a new connection. */
    void leaveAll() {
        for (SharedConnection connection : List.copyOf(connections)) {
            connection.leave();
        }
    }
}
