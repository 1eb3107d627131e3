package io.sluice.dataplane.listener;

import io.sluice.dataplane.net.DescriptorUse;
import io.sluice.dataplane.net.MemoryUse;
import io.sluice.proto.HostPort;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the node is short of, so that its sockets do not accept for a while: whoever is connected is
 * served on, and who is not waits in the kernel's queue. Any thread.
 */
final class Shortage {
    private static final Logger log = LoggerFactory.getLogger(Shortage.class);

    /** Of the memory that the process may have; accepting pauses from there. */
    static final int MEMORY_PERCENT_MAX = 90;

    /** And goes on below this, so that it does not start and stop with each connection. */
    static final int MEMORY_PERCENT_AGAIN = 80;

    /**
     * File descriptors that no client takes: for upstreams, the admin door and the control plane.
     */
    static final long DESCRIPTORS_RESERVED_MAX = 64;

    /** Or this part of all, if that is fewer. */
    private static final long DESCRIPTORS_RESERVED_PART = 16;

    /** Why accepting pauses. */
    enum Reason {
        /** File descriptors, of the process or the machine. */
        DESCRIPTORS("open files: ulimit -n, or LimitNOFILE of the unit"),
        MEMORY("memory: -XX:MaxDirectMemorySize and -Xmx"),
        OTHER("see the problem");

        private final String hint;

        Reason(String hint) {
            this.hint = hint;
        }

        /** What the failure to accept was for want of. */
        static Reason of(Throwable cause) {
            String message = cause.getMessage();
            return message != null && message.contains("Too many open files") ? DESCRIPTORS : OTHER;
        }
    }

    private final MemoryUse memory;
    private final DescriptorUse descriptorUse;
    private final AtomicInteger paused = new AtomicInteger();
    private final AtomicLong descriptors = new AtomicLong();
    private final AtomicLong full = new AtomicLong();
    private final AtomicLong other = new AtomicLong();

    Shortage(MemoryUse memory, DescriptorUse descriptorUse) {
        this.memory = memory;
        this.descriptorUse = descriptorUse;
    }

    /**
     * The descriptor from which the reserve begins: the kernel gives the lowest that is free, so
     * whoever gets one beyond has shown that all before are taken.
     */
    long reservedFrom() {
        long max = descriptorUse.max();
        return max - Math.min(DESCRIPTORS_RESERVED_MAX, max / DESCRIPTORS_RESERVED_PART);
    }

    /** Whether memory is too full to accept. */
    boolean memoryFull() {
        return memory.percent() >= MEMORY_PERCENT_MAX;
    }

    /** Whether there is enough again to try, of what there was too little. */
    boolean enoughAgain(Reason reason) {
        return switch (reason) {
            case DESCRIPTORS -> descriptorUse.open() < reservedFrom();
            case MEMORY -> memory.percent() < MEMORY_PERCENT_AGAIN;
            // Shows with the connection that waits.
            case OTHER -> true;
        };
    }

    /** A socket accepts no more for now. */
    void begins(Reason reason, HostPort address, String problem) {
        paused.incrementAndGet();
        AtomicLong pauses =
                switch (reason) {
                    case DESCRIPTORS -> descriptors;
                    case MEMORY -> full;
                    case OTHER -> other;
                };
        pauses.incrementAndGet();
        log.warn(
                "event=accept-paused address={} short-of=\"{}\" problem=\"{}\"",
                address,
                reason.hint,
                problem);
    }

    /** It accepts again, or is closed. */
    void ends(HostPort address) {
        paused.decrementAndGet();
        log.info("event=accept-resumed address={}", address);
    }

    AcceptPauses pauses() {
        return new AcceptPauses(paused.get(), descriptors.get(), full.get(), other.get());
    }
}
