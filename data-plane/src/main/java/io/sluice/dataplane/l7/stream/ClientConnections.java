package io.sluice.dataplane.l7.stream;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/** The open connections of a listener on one loop: entering and leaving cost a few writes. */
final class ClientConnections {
    private @Nullable ClientFlow newest;
    private int size;

    void add(ClientFlow flow) {
        flow.older = newest;
        if (newest != null) {
            newest.newer = flow;
        }
        newest = flow;
        size++;
    }

    void remove(ClientFlow flow) {
        ClientFlow newer = flow.newer;
        ClientFlow older = flow.older;
        if (newer == null) {
            newest = older;
        } else {
            newer.older = older;
        }
        if (older != null) {
            older.newer = newer;
        }
        flow.newer = null;
        flow.older = null;
        size--;
    }

    int size() {
        return size;
    }

    /** Each of them may leave during its turn. */
    void forEach(Consumer<ClientFlow> action) {
        ClientFlow flow = newest;
        while (flow != null) {
            ClientFlow next = flow.older;
            action.accept(flow);
            flow = next;
        }
    }
}
