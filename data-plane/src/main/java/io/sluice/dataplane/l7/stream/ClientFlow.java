package io.sluice.dataplane.l7.stream;

import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.net.ChannelShaping;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.Shaping;
import io.sluice.dataplane.telemetry.Flow;
import io.sluice.dataplane.telemetry.LiveFlow;
import io.sluice.dataplane.telemetry.TcpPath;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;

/**
 * A client connection of HTTP as an operator sees it, with its place among those of its listener.
 * Where it goes is where its requests under way go. Of its loop's thread.
 */
final class ClientFlow implements LiveFlow {
    private static final String SEVERAL = "several";

    private final ClientConnections connections;
    private final ClientConnection connection;
    private final String listener;
    private final long id;
    private final long startNanos;
    private long bytesIn;
    private long bytesOut;
    private long requests;

    // Owned by ClientConnections.
    @Nullable ClientFlow newer;
    @Nullable ClientFlow older;
    private boolean in;

    // Null where bytes pass as they come, or a relay has it.
    private @Nullable ChannelShaping shaping;

    ClientFlow(
            ClientConnections connections,
            ClientConnection connection,
            String listener,
            Loop loop,
            @Nullable Shaping limits) {
        this.connections = connections;
        this.connection = connection;
        this.listener = listener;
        this.id = loop.newFlowId();
        this.startNanos = loop.preciseNanos();
        this.shaping =
                limits == null
                        ? null
                        : new ChannelShaping(connection.channel(), limits, connection::readOn);
    }

    void enter() {
        in = true;
        connections.add(this);
    }

    /** Leaves, if it is still there. */
    void leave() {
        if (shaping != null) {
            shaping.stop();
            shaping = null;
        }
        if (in) {
            in = false;
            connections.remove(this);
        }
    }

    /** So many bytes came. */
    void received(int bytes) {
        bytesIn += bytes;
        if (shaping != null) {
            shaping.received(bytes);
        }
    }

    /** So many bytes are on their way. */
    void sent(int bytes) {
        bytesOut += bytes;
        if (shaping != null) {
            shaping.sent(bytes);
        }
    }

    /** Whether a limit of the listener forbids to read for now; {@code readOn} follows. */
    boolean readPaused() {
        return shaping != null && shaping.readPaused();
    }

    /** Whether it is for a limit of the listener that the client gets nothing for now. */
    boolean writePaused() {
        return shaping != null && shaping.writePaused();
    }

    /** Whether all that goes to the client has to be told by {@link #sent} before it goes on. */
    boolean limitsWrites() {
        return shaping != null && shaping.limitsWrites();
    }

    /** Gives its limits, if it has any, to a relay. */
    @Nullable Shaping handOverLimits() {
        ChannelShaping own = shaping;
        shaping = null;
        return own == null ? null : own.handOver();
    }

    /** A request begins. */
    void request() {
        requests++;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public long startNanos() {
        return startNanos;
    }

    @Override
    public long bytesIn() {
        return bytesIn;
    }

    @Override
    public long bytesOut() {
        return bytesOut;
    }

    @Override
    public @Nullable InetSocketAddress client() {
        return connection.channel().isActive() ? connection.client().socketAddress() : null;
    }

    @Override
    public @Nullable InetSocketAddress local() {
        return connection.channel().localAddress();
    }

    @Override
    public boolean isAt(String cluster, String upstream) {
        if (cluster.isEmpty() && upstream.isEmpty()) {
            return true;
        }
        var look =
                new Object() {
                    boolean found;
                };
        connection.forEachStream(stream -> look.found |= isAt(stream, cluster, upstream));
        return look.found;
    }

    private static boolean isAt(HttpStream stream, String cluster, String upstream) {
        return Cluster.isAt(stream.cluster(), stream.endpoint(), cluster, upstream);
    }

    @Override
    public void leave(String cluster, String upstream, Failure why) {
        connection.forEachStream(
                stream -> {
                    if (isAt(stream, cluster, upstream)) {
                        connection.end(stream, why);
                    }
                });
    }

    @Override
    public void drain() {
        connection.drain();
    }

    void undrain() {
        connection.undrain();
    }

    @Override
    public void cut(Failure why) {
        connection.cut(why);
    }

    @Override
    public Flow describe(long nowNanos, long cutNanos) {
        var where = new Where();
        connection.forEachStream(where::add);
        return new Flow(
                id,
                connection.protocol(),
                connection.channel().isActive() ? connection.client().toString() : "",
                listener,
                where.rule,
                where.cluster,
                where.upstream,
                (nowNanos - startNanos) / 1_000_000,
                bytesIn,
                bytesOut,
                TcpPath.of(connection.channel()),
                TcpPath.of(where.channel),
                requests,
                Flow.cutInMillis(nowNanos, cutNanos));
    }

    /** What the requests under way have in common. */
    private static final class Where {
        private String rule = "";
        private String cluster = "";
        private String upstream = "";

        // Of one of them.
        private @Nullable SocketChannel channel;

        void add(HttpStream stream) {
            Cluster of = stream.cluster();
            Endpoint at = stream.endpoint();
            rule = both(rule, stream.rule());
            cluster = both(cluster, of == null ? "" : of.name());
            upstream = both(upstream, at == null ? "" : at.addressText());
            SocketChannel to = stream.upstream();
            channel = to == null ? channel : to;
        }

        private static String both(String known, String next) {
            if (known.isEmpty() || known.equals(next)) {
                return next;
            }
            return next.isEmpty() ? known : SEVERAL;
        }
    }
}
