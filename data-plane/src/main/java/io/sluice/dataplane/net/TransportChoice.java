package io.sluice.dataplane.net;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.function.Function;

/**
 * The transport that a process gets, and why.
 *
 * @param transport never {@link Transport#AUTO}
 * @param fallBack whether it is another one than was asked for by name
 */
record TransportChoice(Transport transport, String why, boolean fallBack) {
    private static final Logger log = LoggerFactory.getLogger(EventLoops.class);

    /**
     * What was asked for, or the next one that works: io_uring, epoll, NIO.
     *
     * <p>Automatic is epoll: it alone splices, which io_uring in Netty does not, and it is the
     * cheaper one for large bodies and for L4.
     *
     * @param unavailability why one does not work here, null where it does
     */
    static TransportChoice of(
            Transport wanted, Function<Transport, @Nullable Throwable> unavailability) {
        Transport first = wanted == Transport.AUTO ? Transport.EPOLL : wanted;
        var why = new StringBuilder();
        Transport transport = first;
        Throwable missing = unavailability.apply(transport);
        while (missing != null) {
            why.append(why.isEmpty() ? "" : "; ");
            why.append(transport.text()).append(" does not work here: ").append(rootOf(missing));
            transport = transport == Transport.IO_URING ? Transport.EPOLL : Transport.NIO;
            missing = unavailability.apply(transport);
        }
        if (transport == first) {
            why.append(wanted == Transport.AUTO ? "automatic" : "asked for");
        }
        return new TransportChoice(
                transport, why.toString(), transport != first && wanted != Transport.AUTO);
    }

    private static String rootOf(Throwable missing) {
        Throwable root = missing;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).replace('"', '\'');
    }

    void log(int loops) {
        String line = "event=loops-open transport={} count={} why=\"{}\"";
        if (fallBack) {
            log.warn(line, transport.text(), loops, why);
        } else {
            log.info(line, transport.text(), loops, why);
        }
    }
}
