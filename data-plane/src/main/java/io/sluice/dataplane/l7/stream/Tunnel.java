package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.net.Failure;
import io.sluice.dataplane.net.Loop;
import io.sluice.dataplane.net.Relay;
import io.sluice.dataplane.net.RelayOptions;

import org.jspecify.annotations.Nullable;

/** An upgraded connection: bytes pass both ways until both sides have ended. */
final class Tunnel implements Relay.Observer {
    private final Downstream downstream;
    private final StreamRecord record;
    private @Nullable Relay relay;
    private boolean over;

    private Tunnel(Downstream downstream, StreamRecord record) {
        this.downstream = downstream;
        this.record = record;
    }

    /**
     * @param idleTimeoutNanos without a byte either way; 0 for none
     */
    static void open(
            Loop loop,
            Downstream downstream,
            DetachedSocket upstream,
            long idleTimeoutNanos,
            StreamRecord record) {
        Tunnel tunnel = new Tunnel(downstream, record);
        DetachedSocket client = downstream.detach(tunnel);
        tunnel.relay =
                Relay.start(
                        loop,
                        client.channel(),
                        upstream.channel(),
                        client.early(),
                        upstream.early(),
                        new RelayOptions(idleTimeoutNanos, client.limits(), null),
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
        downstream.passedInTunnel(bytes, 0);
    }

    @Override
    public void sentDownstream(int bytes) {
        record.sentDownstream(bytes);
        downstream.passedInTunnel(0, bytes);
    }

    @Override
    public void ended(@Nullable Failure failure) {
        over = true;
        record.end(failure);
        downstream.tunnelEnded();
    }
}
