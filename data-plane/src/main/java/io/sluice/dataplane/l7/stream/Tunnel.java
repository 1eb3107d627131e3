package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.Relay;

import org.jspecify.annotations.Nullable;

/** An upgraded connection: bytes pass both ways until both sides have ended. */
final class Tunnel implements Relay.Observer {
    private final HttpConnectionHandler connection;
    private final StreamRecord record;
    private @Nullable Relay relay;
    private boolean over;

    private Tunnel(HttpConnectionHandler connection, StreamRecord record) {
        this.connection = connection;
        this.record = record;
    }

    /**
     * @param early what the upstream sent behind its response already
     * @param idleTimeoutNanos without a byte either way; 0 for none
     */
    static void open(
            Loop loop,
            HttpConnectionHandler connection,
            SocketChannel upstream,
            @Nullable ByteBuf early,
            long idleTimeoutNanos,
            StreamRecord record) {
        Tunnel tunnel = new Tunnel(connection, record);
        ByteBuf earlyUpstream = connection.becomeTunnel(tunnel);
        tunnel.relay =
                Relay.start(
                        loop,
                        connection.channel(),
                        upstream,
                        earlyUpstream,
                        early,
                        idleTimeoutNanos,
                        tunnel);
    }

    void cut(Failure failure) {
        Relay running = relay;
        if (running != null && !over) {
            running.cut(failure);
        }
    }

    @Override
    public void sentUpstream(int bytes) {
        record.requestBody(bytes);
    }

    @Override
    public void sentDownstream(int bytes) {
        record.sentDownstream(bytes);
    }

    @Override
    public void ended(@Nullable Failure failure) {
        over = true;
        record.end(failure);
        connection.tunnelEnded();
    }
}
