package io.sluice.dataplane.net;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One object for each loop. The list is fixed and may be read anywhere; each object belongs to its
 * loop.
 *
 * @param <T> what each loop has one of
 */
public final class PerLoop<T> {
    private final List<T> values;

    private PerLoop(List<T> values) {
        this.values = values;
    }

    /** Makes one object per loop, on the calling thread. */
    public static <T> PerLoop<T> create(EventLoops loops, Function<Loop, T> maker) {
        return create(loops.all(), maker);
    }

    /** The same for a list of loops in the order of their index. */
    public static <T> PerLoop<T> create(List<Loop> loops, Function<Loop, T> maker) {
        List<T> values = new ArrayList<>(loops.size());
        for (Loop loop : loops) {
            values.add(maker.apply(loop));
        }
        return new PerLoop<>(List.copyOf(values));
    }

    /** What belongs to this loop. */
    public T at(Loop loop) {
        return values.get(loop.index());
    }

    /** Visits all of them on the calling thread, for what may be read from outside of its loop. */
    public void forEach(Consumer<T> visitor) {
        values.forEach(visitor);
    }
}
