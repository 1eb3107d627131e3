package io.sluice.controlplane.discovery;

import com.google.protobuf.ByteString;

import io.sluice.proto.discovery.v1.SyncResponse;
import io.sluice.proto.discovery.v1.TicketKeys;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The keys with which the fleet seals TLS session tickets: the one in use, the one before it, and
 * the next, which every node has by the time that it is used. In memory only: whoever takes the
 * store, or a node's disk, reads no recorded session with it. Any thread.
 */
final class TicketKeyRing {
    /** How long one key seals; tickets live one to two times as long. */
    static final Duration TURN = Duration.ofHours(8);

    private static final int KEY_BYTES = 48;

    private final SecureRandom random = new SecureRandom();
    private final LongSupplier nanoTime;
    private ByteString current = newKey();
    private ByteString previous = newKey();
    private ByteString next = newKey();
    private long turnedNanos;

    TicketKeyRing(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.turnedNanos = nanoTime.getAsLong();
    }

    private ByteString newKey() {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    /** Goes on to the next key if it is time; whether it was. */
    synchronized boolean turn() {
        long now = nanoTime.getAsLong();
        if (now - turnedNanos < TURN.toNanos()) {
            return false;
        }
        turnedNanos = now;
        previous = current;
        current = next;
        next = newKey();
        return true;
    }

    /** As it goes to the nodes. */
    synchronized SyncResponse message() {
        return SyncResponse.newBuilder()
                .setTicketKeys(
                        TicketKeys.newBuilder().addKeys(current).addKeys(previous).addKeys(next))
                .build();
    }
}
