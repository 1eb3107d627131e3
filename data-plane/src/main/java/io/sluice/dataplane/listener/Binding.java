package io.sluice.dataplane.listener;

import io.sluice.proto.Problem;

import org.jspecify.annotations.Nullable;

/** A configured listener and the socket it has, or why it has none. Of the control loop. */
final class Binding {
    final ListenerSpec spec;
    final Listener listener;

    /** Null where the listener is not for this node's address family. */
    final @Nullable SocketKey key;

    @Nullable BoundSocket socket;
    @Nullable Problem problem;

    Binding(ListenerSpec spec, Listener listener, @Nullable SocketKey key) {
        this.spec = spec;
        this.listener = listener;
        this.key = key;
    }

    /** Whether it should have a socket and has not. */
    boolean unbound() {
        return key != null && socket == null;
    }
}
