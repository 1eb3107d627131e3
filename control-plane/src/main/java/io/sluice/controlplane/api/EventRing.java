package io.sluice.controlplane.api;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * The latest events, numbered without gaps, for any number of readers that each go at their own
 * pace. Thread-safe: appended to by the threads on which things happen, which it does not hold up.
 */
final class EventRing {
    private final @Nullable Event[] events;
    private final List<Runnable> readers = new CopyOnWriteArrayList<>();
    private final long firstId;
    private long newestId;

    /**
     * @param kept how many events
     * @param firstId of the first event less one; greater than all ids of earlier processes
     */
    EventRing(int kept, long firstId) {
        this.events = new Event[kept];
        this.firstId = firstId;
        this.newestId = firstId;
    }

    /** An event; its text is made when the first reader wants it. */
    static final class Event {
        private final long id;
        private final String name;
        private final Supplier<Json> data;
        private byte[] text = new byte[0];

        private Event(long id, String name, Supplier<Json> data) {
            this.id = id;
            this.name = name;
            this.data = data;
        }

        long id() {
            return id;
        }

        String name() {
            return name;
        }

        /** As sent: id, event, data, blank line. */
        synchronized byte[] text() {
            if (text.length == 0) {
                String json = data.get().tree().toCompactJson();
                text =
                        ("id: " + id + "\nevent: " + name + "\ndata: " + json + "\n\n")
                                .getBytes(StandardCharsets.UTF_8);
            }
            return text;
        }
    }

    /** What follows an event. */
    sealed interface Next {
        /** This one. */
        record Some(Event event) implements Next {}

        /** Nothing yet. */
        record None() implements Next {}

        /** It is no longer kept; the oldest kept one follows this id. */
        record Lost(long beforeOldest) implements Next {}
    }

    void append(String name, Supplier<Json> data) {
        synchronized (this) {
            newestId++;
            events[slot(newestId)] = new Event(newestId, name, data);
        }
        readers.forEach(Runnable::run);
    }

    /** What follows the event of this id. */
    synchronized Next after(long id) {
        long beforeOldest = Math.max(firstId, newestId - events.length);
        if (id == newestId) {
            return new Next.None();
        }
        if (id < beforeOldest || id > newestId) {
            return new Next.Lost(beforeOldest);
        }
        return new Next.Some(Objects.requireNonNull(events[slot(id + 1)]));
    }

    synchronized long newestId() {
        return newestId;
    }

    /** Calls the reader after each append; it must be quick. */
    void subscribe(Runnable reader) {
        readers.add(reader);
    }

    void unsubscribe(Runnable reader) {
        readers.remove(reader);
    }

    int readers() {
        return readers.size();
    }

    private int slot(long id) {
        return (int) (id % events.length);
    }
}
