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

    /** What a connection may take: itself, and one to an endpoint. */
    private static final long DESCRIPTORS_EACH = 2;

    /** From one line in the log to the next about the same. */
    static final long LOG_NANOS = 10_000_000_000L;

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

    // Connections since descriptors were counted last, and how many were open then.
    private final AtomicLong sinceCounted = new AtomicLong();
    private volatile long counted;

    // Whether the log says that accepting pauses, and when it said so last.
    private boolean said;
    private boolean saidBefore;
    private long saidNanos;

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

    /**
     * The same, asked with each connection where descriptors do not tell their numbers. Counts them
     * when so many connections came since the last time that it might be.
     */
    boolean onlyReserveLeft(long reservedFrom) {
        if (counted + sinceCounted.incrementAndGet() * DESCRIPTORS_EACH < reservedFrom) {
            return false;
        }
        sinceCounted.set(0);
        long open = descriptorUse.open();
        counted = open;
        return open >= reservedFrom;
    }

    /** Whether memory is too full to accept. */
    boolean memoryFull() {
        return memory.percent() >= MEMORY_PERCENT_MAX;
    }

    /** Whether there is enough again to try, of what there was too little. */
    boolean enoughAgain(Reason reason) {
        return switch (reason) {
            case DESCRIPTORS -> descriptorUse.open() < reservedFrom();
            case MEMORY -> memoryEnough();
            // Shows with the connection that waits.
            case OTHER -> true;
        };
    }

    private boolean memoryEnough() {
        if (memory.percent() < MEMORY_PERCENT_AGAIN) {
            return true;
        }
        memory.lookAgain();
        return false;
    }

    /** A socket accepts no more for now. */
    void begins(Reason reason, HostPort address, String problem, long nowNanos) {
        AtomicLong pauses =
                switch (reason) {
                    case DESCRIPTORS -> descriptors;
                    case MEMORY -> full;
                    case OTHER -> other;
                };
        // Whoever sees that a socket is paused sees that this was counted.
        pauses.incrementAndGet();
        paused.incrementAndGet();
        goesOn(reason, address, problem, nowNanos);
    }

    /** It still does not. */
    synchronized void goesOn(Reason reason, HostPort address, String problem, long nowNanos) {
        // Sockets by the thousand pause together, and may do so again and again.
        if (said || (saidBefore && nowNanos - saidNanos < LOG_NANOS)) {
            return;
        }
        said = true;
        saidBefore = true;
        saidNanos = nowNanos;
        log.warn(
                "event=accept-paused address={} sockets={} short-of=\"{}\" problem=\"{}\"",
                address,
                paused.get(),
                reason.hint,
                problem);
    }

    /** It accepts again, or is closed. */
    synchronized void ends(HostPort address) {
        if (paused.decrementAndGet() == 0 && said) {
            said = false;
            log.info("event=accept-resumed address={}", address);
        }
    }

    AcceptPauses pauses() {
        return new AcceptPauses(paused.get(), descriptors.get(), full.get(), other.get());
    }
}
