package io.sluice.dataplane.l7.stream;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import io.sluice.dataplane.cluster.Cluster;
import io.sluice.dataplane.cluster.WeightedClusters;
import io.sluice.dataplane.cluster.endpoint.UpstreamProtocol;
import io.sluice.dataplane.l7.filter.FilterChain;
import io.sluice.dataplane.l7.route.ExchangeTimeouts;
import io.sluice.dataplane.l7.route.RetryPolicy;
import io.sluice.dataplane.l7.route.Route;
import io.sluice.dataplane.l7.route.RouteAction;
import io.sluice.dataplane.l7.stream.WireConnection.Service;
import io.sluice.dataplane.l7.stream.WireConnection.Wire;
import io.sluice.dataplane.telemetry.AccessRecord;
import io.sluice.dataplane.tls.ClientTls;
import io.sluice.dataplane.tls.ClientTlsSpec;
import io.sluice.dataplane.tls.ServerTls;
import io.sluice.dataplane.tls.ServerTlsSpec;
import io.sluice.dataplane.tls.TestPki;
import io.sluice.dataplane.tls.TlsContexts;
import io.sluice.dataplane.tls.TlsProtocols;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

import javax.net.ssl.SSLContext;

/**
 * A proxy between clients and an upstream, each of which may speak any version of HTTP in the clear
 * or in TLS: what the tests of {@link OverEveryHttp} run over.
 */
final class Crossing implements AutoCloseable {
    /** What the two sides speak. */
    record Sides(Wire client, Wire upstream) {
        @Override
        public String toString() {
            return client + " to " + upstream;
        }
    }

    private static final Tls TLS = Tls.make();

    final Sides sides;
    final ProxyFixture proxy;
    final WireUpstream upstream;
    private final List<WireConnection> clients = new ArrayList<>();
    private final Cluster cluster;

    Crossing(Sides sides, Service service) throws IOException {
        this(sides, ProxyFixture.spec(), service);
    }

    Crossing(Sides sides, HttpSpec spec, Service service) throws IOException {
        this(sides, spec, System::nanoTime, service);
    }

    /** One whose proxy goes by a clock that the test moves. */
    Crossing(Sides sides, StoppedClock clock, Service service) throws IOException {
        this(sides, ProxyFixture.spec(), clock, service);
    }

    private Crossing(Sides sides, HttpSpec spec, LongSupplier clockNanos, Service service)
            throws IOException {
        this.sides = sides;
        this.upstream = new WireUpstream(sides.upstream, TLS.server, service);
        this.proxy = new ProxyFixture(spec, sides.client.tls ? TLS.listener : null, clockNanos);
        this.cluster =
                proxy.cluster(
                        "up",
                        sides.upstream.http2 ? UpstreamProtocol.H2 : UpstreamProtocol.HTTP1,
                        sides.upstream.tls ? TLS.toUpstream(sides.upstream) : null,
                        upstream.address());
        with(ProxyFixture.TIMEOUTS, ProxyFixture.RETRY);
    }

    /** Forwards with these from the next request on. */
    Crossing with(ExchangeTimeouts timeouts, RetryPolicy retry) {
        proxy.use(
                new Route(
                        "shop",
                        "all",
                        new RouteAction.Forward(WeightedClusters.only(cluster), timeouts, retry),
                        FilterChain.EMPTY));
        return this;
    }

    /** A connection of a new client. */
    WireConnection connect() throws IOException {
        return connect(0);
    }

    /**
     * A connection of a new client.
     *
     * @param receiveBytes what its socket takes without being read; 0 for as much as is usual
     */
    WireConnection connect(int receiveBytes) throws IOException {
        Socket socket = new Socket();
        if (receiveBytes > 0) {
            socket.setReceiveBufferSize(receiveBytes);
        }
        socket.connect(proxy.address());
        WireConnection client = WireConnection.on(sides.client, socket, TLS.client, true);
        clients.add(client);
        return client;
    }

    /** A stream of a new client. */
    WireStream open() throws IOException {
        return connect().open();
    }

    AccessRecord record() throws InterruptedException {
        return proxy.record();
    }

    @Override
    public void close() throws IOException {
        for (WireConnection client : clients) {
            client.close();
        }
        proxy.close();
        upstream.close();
    }

    /** Made once: an authority, and what the three parties have of it. */
    private record Tls(
            TestPki pki,
            TlsContexts contexts,
            ServerTls listener,
            SSLContext server,
            SSLContext client) {
        static Tls make() {
            try {
                TestPki pki = new TestPki();
                TlsContexts contexts = TlsContexts.open();
                ServerTls listener =
                        contexts.server(
                                new ServerTlsSpec(
                                        List.of(
                                                pki.certificate(
                                                        "shop", Algorithm.ecp256, "shop.example")),
                                        List.of("h2", "http/1.1"),
                                        TlsProtocols.INTERMEDIATE));
                X509Bundle bundle = pki.issue("up", Algorithm.ecp256, "up.example");
                SSLContext server = SSLContext.getInstance("TLS");
                server.init(bundle.toKeyManagerFactory().getKeyManagers(), null, null);
                return new Tls(pki, contexts, listener, server, pki.client("TLS"));
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        ClientTls toUpstream(Wire wire) {
            try {
                return contexts.client(
                        new ClientTlsSpec(
                                List.of(pki.root().getCertificate()),
                                "up.example",
                                true,
                                List.of(wire.alpn())));
            } catch (javax.net.ssl.SSLException e) {
                throw new AssertionError(e);
            }
        }
    }
}
