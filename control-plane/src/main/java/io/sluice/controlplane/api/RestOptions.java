package io.sluice.controlplane.api;

import java.time.Duration;
import java.util.List;

/**
 * How the REST door is opened.
 *
 * @param host address or name to bind
 * @param port 0 takes any free port
 * @param allowedHosts further names by which clients may call this server; IP addresses, localhost
 *     and {@code host} are always fine
 * @param bodyBytesMax of one request body
 * @param connectionsMax open at once; further ones are closed at accept
 * @param eventStreamsMax open at once; further ones are answered 503
 * @param eventsKept recent events for streams that resume or fall behind
 * @param heartbeat between two comments on a silent event stream
 * @param idleTimeout after which a connection without traffic is closed
 */
public record RestOptions(
        String host,
        int port,
        List<String> allowedHosts,
        int bodyBytesMax,
        int connectionsMax,
        int eventStreamsMax,
        int eventsKept,
        Duration heartbeat,
        Duration idleTimeout) {

    /** Keeps its own copy of the names. */
    public RestOptions {
        allowedHosts = List.copyOf(allowedHosts);
    }

    /** The usual bounds, on this address. */
    public static RestOptions on(String host, int port, List<String> allowedHosts) {
        return new RestOptions(
                host,
                port,
                allowedHosts,
                8 * 1024 * 1024,
                1_024,
                256,
                4_096,
                Duration.ofSeconds(15),
                Duration.ofSeconds(60));
    }
}
