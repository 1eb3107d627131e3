package io.sluice.dataplane.l7.stream;

import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.endpoint.Endpoint;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.Loop;
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

    ClientFlow(
            ClientConnections connections,
            ClientConnection connection,
            String listener,
            Loop loop) {
        this.connections = connections;
        this.connection = connection;
        this.listener = listener;
        this.id = loop.newFlowId();
        this.startNanos = loop.preciseNanos();
    }

    void enter() {
        in = true;
        connections.add(this);
    }

    /** Leaves, if it is still there. */
    void leave() {
        if (in) {
            in = false;
            connections.remove(this);
        }
    }

    /** So many bytes came. */
    void received(int bytes) {
        bytesIn += bytes;
    }

    /** So many bytes are on their way. */
    void sent(int bytes) {
        bytesOut += bytes;
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

        void add(HttpStream stream) {
            Cluster of = stream.cluster();
            Endpoint at = stream.endpoint();
            rule = both(rule, stream.rule());
            cluster = both(cluster, of == null ? "" : of.name());
            upstream = both(upstream, at == null ? "" : at.addressText());
        }

        private static String both(String known, String next) {
            if (known.isEmpty() || known.equals(next)) {
                return next;
            }
            return next.isEmpty() ? known : SEVERAL;
        }
    }
}
        // Of one of them.
        private @Nullable SocketChannel channel;

            SocketChannel to = stream.upstream();
            channel = to == null ? channel : to;
