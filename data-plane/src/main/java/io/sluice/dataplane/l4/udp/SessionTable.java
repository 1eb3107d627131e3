package io.sluice.dataplane.l4.udp;

import io.sluice.dataplane.net.Loop;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;

/**
 * The sessions of one bound socket by client address and port: open addressing with linear probing.
 * The hash is seeded, so that nobody can choose source addresses that collide.
 *
 * @param <S> the sessions
 */
final class SessionTable<S extends SessionTable.Entry> {
    /** What the table asks of a session. */
    interface Entry {
        InetSocketAddress client();

        /** As {@link SessionTable#hash} of the client. */
        int hash();
    }

    private static final int SLOTS_MIN = 64;
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final int IPV4_BYTES = 4;

    private final long seed;
    private @Nullable Entry[] slots = new @Nullable Entry[SLOTS_MIN];
    private int size;

    SessionTable(long seed) {
        this.seed = seed;
    }

    int size() {
        return size;
    }

    /** What {@link #get} and entries want. */
    int hash(InetSocketAddress client) {
        InetAddress address = client.getAddress();
        byte[] bytes = address.getAddress();
        long mixed = seed ^ client.getPort();
        if (bytes.length == IPV4_BYTES) {
            // The hash of an IPv4 address is the address.
            return (int) Loop.mix64(mixed ^ ((long) address.hashCode() << 16));
        }
        mixed = Loop.mix64(mixed ^ (long) LONGS.get(bytes, 0));
        return (int) Loop.mix64(mixed ^ (long) LONGS.get(bytes, Long.BYTES));
    }

    @SuppressWarnings("unchecked") // Only those come in.
    @Nullable S get(InetSocketAddress client, int hash) {
        int mask = slots.length - 1;
        int at = hash & mask;
        while (true) {
            Entry found = slots[at];
            if (found == null || (found.hash() == hash && found.client().equals(client))) {
                return (S) found;
            }
            at = (at + 1) & mask;
        }
    }

    /** Adds a session whose client has none. */
    void add(S session) {
        if (2 * (size + 1) > slots.length) {
            resize(2 * slots.length);
        }
        insert(slots, session);
        size++;
    }

    private static void insert(@Nullable Entry[] into, Entry session) {
        int mask = into.length - 1;
        int at = session.hash() & mask;
        while (into[at] != null) {
            at = (at + 1) & mask;
        }
        into[at] = session;
    }

    private void resize(int length) {
        @Nullable Entry[] before = slots;
        @Nullable Entry[] after = new @Nullable Entry[length];
        for (Entry session : before) {
            if (session != null) {
                insert(after, session);
            }
        }
        slots = after;
    }

    /** Removes a session; nothing if it is not there. */
    @SuppressWarnings("ReferenceEquality") // This session, not one of an equal client.
    void remove(S session) {
        int mask = slots.length - 1;
        int at = session.hash() & mask;
        while (slots[at] != session) {
            if (slots[at] == null) {
                return;
            }
            at = (at + 1) & mask;
        }
        size--;
        closeGap(at, mask);
        if (slots.length > SLOTS_MIN && 8 * size < slots.length) {
            resize(slots.length / 2);
        }
    }

    // Moves back what was only displaced by the one that left, so that no search ends too early.
    private void closeGap(int from, int mask) {
        int gap = from;
        int at = from;
        while (true) {
            at = (at + 1) & mask;
            Entry next = slots[at];
            if (next == null) {
                slots[gap] = null;
                return;
            }
            int home = next.hash() & mask;
            if (((at - home) & mask) >= ((at - gap) & mask)) {
                slots[gap] = next;
                gap = at;
            }
        }
    }
}
