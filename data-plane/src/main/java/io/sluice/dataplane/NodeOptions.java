package io.sluice.dataplane;

import io.sluice.dataplane.net.Transport;
import io.sluice.proto.HostPort;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How a node runs. Read once, at the start.
 *
 * @param controlPlanes tried in this order
 * @param name unique in the fleet
 * @param labels what node selectors look at
 * @param admin address of the admin door
 * @param dataDir where the last good snapshot lies
 * @param eventLoops threads of the data path
 * @param drainDelay between "not ready" and "accepts no more"
 * @param drainTime for what is in flight after that
 * @param accessLog off, stdout or a file's name
 * @param accessLogBytesMax size from which a new file begins
 * @param accessLogFilesMax old files that are kept
 * @param bind replaces the wildcard in listeners' addresses; null for none
 * @param connectionsMax client connections open at once
 * @param readyFile where the addresses are written; null for nowhere
 */
public record NodeOptions(
        List<HostPort> controlPlanes,
        String name,
        Map<String, String> labels,
        HostPort admin,
        Path dataDir,
        int eventLoops,
        Transport transport,
        Duration drainDelay,
        Duration drainTime,
        String accessLog,
        long accessLogBytesMax,
        int accessLogFilesMax,
        @Nullable InetAddress bind,
        int connectionsMax,
        @Nullable Path readyFile) {
    /** Copies the collections. */
    public NodeOptions {
        controlPlanes = List.copyOf(controlPlanes);
        labels = Map.copyOf(labels);
    }
}
