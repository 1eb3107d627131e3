package io.sluice.dataplane.l7.stream;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/** The open connections of a listener on one loop: entering and leaving cost a few writes. */
final class ClientConnections {
    /** The place of one connection, which it enters once. */
    final class Entry {
        private final ClientConnection connection;
        private @Nullable Entry newer;
        private @Nullable Entry older;
        private boolean in;

        private Entry(ClientConnection connection) {
            this.connection = connection;
        }

        void enter() {
            in = true;
            add(this);
        }

        /** Leaves, if it is still there. */
        void leave() {
            if (in) {
                in = false;
                remove(this);
            }
        }
    }

    private @Nullable Entry newest;
    private int size;

    /** A place for a connection that is about to enter. */
    Entry entry(ClientConnection connection) {
        return new Entry(connection);
    }

    private void add(Entry entry) {
        entry.older = newest;
        if (newest != null) {
            newest.newer = entry;
        }
        newest = entry;
        size++;
    }

    private void remove(Entry entry) {
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
