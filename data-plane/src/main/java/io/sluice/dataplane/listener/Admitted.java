package io.sluice.dataplane.listener;

import org.jspecify.annotations.Nullable;

/**
 * A client that was let in, and where it is counted until it goes: run once then, on any thread.
 *
 * @param onListener null where the listener limits nothing
 * @param onNode null where the listener does not limit what is open on all together
 */
record Admitted(@Nullable Place onListener, @Nullable Place onNode) implements Runnable {
    /** One that nobody counts. */
    static final Admitted UNCOUNTED = new Admitted(null, null);

    /** Its network in a table. */
    record Place(ClientTable table, ClientKey key) {}

    boolean isCounted() {
        return onListener != null || onNode != null;
    }

    @Override
    public void run() {
        leave(onListener);
        leave(onNode);
    }

    private static void leave(@Nullable Place place) {
        if (place != null) {
            place.table().closed(place.key());
        }
    }
}
