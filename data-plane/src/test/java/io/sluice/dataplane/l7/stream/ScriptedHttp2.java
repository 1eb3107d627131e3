package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.cluster.endpoint.UpstreamProtocol;
import io.sluice.dataplane.l7.filter.FilterChain;

import java.io.IOException;

/** Upstreams of HTTP/2 that do what the test says, frame by frame, and a proxy before them. */
final class ScriptedHttp2 {
    /** What an upstream does with one connection. */
    interface Script {
        void run(Http2Peer peer, int connection) throws IOException;
    }

    private ScriptedHttp2() {}

    /**
     * An upstream.
     *
     * @param settings of its first SETTINGS, number and value each
     */
    static ScriptedUpstream upstream(Script script, int... settings) throws IOException {
        return new ScriptedUpstream(
                (peer, connection) -> script.run(new Http2Peer(peer, settings), connection));
    }

    /** A proxy that forwards everything to them. */
    static ProxyFixture before(ScriptedUpstream... upstreams) {
        ProxyFixture proxy = new ProxyFixture(ProxyFixture.spec());
        proxy.forwardAll(
                proxy.cluster("up", UpstreamProtocol.H2, ProxyFixture.addresses(upstreams)),
                ProxyFixture.TIMEOUTS,
                FilterChain.EMPTY);
        return proxy;
    }
}
