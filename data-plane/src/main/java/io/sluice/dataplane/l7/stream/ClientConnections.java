package io.sluice.dataplane.l7.stream;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/** The open connections of a listener on one loop: entering and leaving cost a few writes. */
final class ClientConnections {
    /** The place of one connection. */
    static final class Entry {
        private final ClientConnection connection;
        private @Nullable Entry newer;
        private @Nullable Entry older;

        private Entry(ClientConnection connection) {
            this.connection = connection;
        }
    }

    private @Nullable Entry newest;
    private int size;

    Entry add(ClientConnection connection) {
        Entry entry = new Entry(connection);
        entry.older = newest;
        if (newest != null) {
            newest.newer = entry;
        }
        newest = entry;
        size++;
        return entry;
    }

    void remove(Entry entry) {
        Entry newer = entry.newer;
        Entry older = entry.older;
        if (newer == null) {
            newest = older;
        } else {
            newer.older = older;
        }
        if (older != null) {
            older.newer = newer;
        }
        entry.newer = null;
        entry.older = null;
        size--;
    }

    int size() {
        return size;
    }

    /** Each of them may leave during its turn. */
    void forEach(Consumer<ClientConnection> action) {
        Entry entry = newest;
        while (entry != null) {
            Entry next = entry.older;
            action.accept(entry.connection);
            entry = next;
        }
    }
}
