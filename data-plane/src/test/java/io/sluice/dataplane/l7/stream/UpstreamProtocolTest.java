package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import io.sluice.dataplane.cluster.endpoint.UpstreamProtocol;
import io.sluice.dataplane.l7.filter.FilterChain;
import io.sluice.dataplane.tls.ClientTlsSpec;
import io.sluice.dataplane.tls.TestPki;
import io.sluice.dataplane.tls.TlsContexts;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** Clusters of protocol auto: what an endpoint agrees to is what it is spoken to in. */
final class UpstreamProtocolTest {
    private static final String SWITCHED =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    private static final String UPGRADE =
            "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    private static final String GET = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
    private static TlsContexts contexts;
    private static SSLContext server;

    @BeforeAll
    static void open() throws Exception {
        contexts = TlsContexts.open();
        X509Bundle bundle = new TestPki().issue("up", Algorithm.ecp256, "up.example");
        server = SSLContext.getInstance("TLS");
        server.init(bundle.toKeyManagerFactory().getKeyManagers(), null, null);
    }

    /** Takes what it is told to take, and says with each response what that was. */
    private static final class Upstream implements AutoCloseable {
        final List<String> agreed = new CopyOnWriteArrayList<>();
        private final SSLServerSocket listening;
        private final List<Socket> sockets = new CopyOnWriteArrayList<>();
        private volatile String[] takes;
        private volatile String @Nullable [] atNextRequest;

        Upstream(String... takes) throws IOException {
            this.takes = takes;
            listening =
                    (SSLServerSocket)
                            server.getServerSocketFactory()
                                    .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().start(this::accept);
        }

        InetSocketAddress address() {
            return (InetSocketAddress) listening.getLocalSocketAddress();
        }

        /** From the next connection on; those that are there end. */
        void takeInstead(String... changed) throws IOException {
            takes = changed;
            for (Socket socket : sockets) {
                socket.close();
            }
            sockets.clear();
        }

        /** The next request over HTTP/1.1 ends its connection unanswered; the change is there. */
        void takeInsteadAtNextRequest(String... changed) {
            atNextRequest = changed;
        }

        private void accept() {
            while (true) {
                try {
                    SSLSocket socket = (SSLSocket) listening.accept();
                    SSLParameters parameters = socket.getSSLParameters();
                    parameters.setApplicationProtocols(takes);
                    socket.setSSLParameters(parameters);
                    sockets.add(socket);
                    Thread.ofVirtual().start(() -> serve(socket));
                } catch (IOException closed) {
                    return;
                }
            }
        }

        private void serve(SSLSocket socket) {
            try (socket) {
                socket.startHandshake();
                String protocol = socket.getApplicationProtocol();
                agreed.add(protocol);
                ScriptedUpstream.Peer peer = new ScriptedUpstream.Peer(socket);
                if (protocol.equals("h2")) {
                    new Http2Peer(peer).echo();
                    return;
                }
                for (String head = peer.readHead(); !head.isEmpty(); head = peer.readHead()) {
                    String[] changed = atNextRequest;
                    if (changed != null) {
                        atNextRequest = null;
                        takes = changed;
                        return;
                    }
                    if (head.startsWith("GET /chat HTTP/1.1\r\n")) {
                        peer.write(SWITCHED + "over 1.1\n");
                        peer.write(peer.read(4));
                        return;
                    }
                    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nover 1.1\n");
                }
            } catch (IOException gone) {
                // The test decides what it expects to see at the other end.
                socket.isClosed();
            }
        }

        @Override
        public void close() throws IOException {
            listening.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    private static ProxyFixture before(Upstream upstream) throws Exception {
        ProxyFixture proxy = new ProxyFixture(ProxyFixture.spec());
        proxy.forwardAll(
                proxy.cluster(
                        "up",
                        UpstreamProtocol.AUTO,
                        contexts.client(
                                new ClientTlsSpec(
                                        List.of(), "up.example", false, List.of("h2", "http/1.1"))),
                        upstream.address()),
                ProxyFixture.TIMEOUTS,
                FilterChain.EMPTY);
        return proxy;
    }

    private static void assertServes(RawClient client, ProxyFixture proxy, String text)
            throws Exception {
        client.write(GET);
        assertThat(client.readResponse()).contains(text);
        assertThat(proxy.record().attempts()).isEqualTo(1);
    }

    @Test
    void speaksHttp2WhereThatIsAllThereIs() throws Exception {
        try (Upstream upstream = new Upstream("h2");
                ProxyFixture proxy = before(upstream);
                RawClient client = proxy.client()) {
            assertServes(client, proxy, ":path: /x");
            assertServes(client, proxy, ":scheme: https");
            assertThat(upstream.agreed).containsExactly("h2");
        }
    }

    @Test
    void prefersHttp2WhereThereAreBoth() throws Exception {
        try (Upstream upstream = new Upstream("http/1.1", "h2");
                ProxyFixture proxy = before(upstream);
                RawClient client = proxy.client()) {
            // The server chooses by its own order: RFC 7301 section 3.2.
            assertServes(client, proxy, "over 1.1");
            assertThat(upstream.agreed).containsExactly("http/1.1");
        }
        try (Upstream upstream = new Upstream("h2", "http/1.1");
                ProxyFixture proxy = before(upstream);
                RawClient client = proxy.client()) {
            assertServes(client, proxy, ":path: /x");
            assertThat(upstream.agreed).containsExactly("h2");
        }
    }

    @Test
    void speaksHttp1OnTheConnectionThatAgreedToNothing() throws Exception {
        try (Upstream upstream = new Upstream();
                ProxyFixture proxy = before(upstream);
                RawClient client = proxy.client()) {
            assertServes(client, proxy, "over 1.1");
            assertServes(client, proxy, "over 1.1");
            // The connection that told is the one that is used.
            assertThat(upstream.agreed).containsExactly("");
        }
    }

    @Test
    void letsThoseWhoWaitedTogetherGoOnApart() throws Exception {
        try (Upstream upstream = new Upstream("http/1.1");
                ProxyFixture proxy = before(upstream)) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                clients.add(proxy.client());
            }
            for (int round = 0; round < 3; round++) {
                for (RawClient client : clients) {
                    client.write(GET);
                }
                for (RawClient client : clients) {
                    assertThat(client.readResponse()).contains("over 1.1");
                    assertThat(proxy.record().attempts()).isEqualTo(1);
                }
            }
            for (RawClient client : clients) {
                client.close();
            }
            assertThat(upstream.agreed).containsOnly("http/1.1").hasSizeLessThanOrEqualTo(8);
        }
    }

    @Test
    void takesWebSocketsToHttp1WhereHttp2HasNoneOfThem() throws Exception {
        try (Upstream upstream = new Upstream("h2", "http/1.1");
                ProxyFixture proxy = before(upstream)) {
            for (int i = 0; i < 2; i++) {
                try (RawClient client = proxy.client()) {
                    client.write(UPGRADE);
                    assertThat(client.readHead())
                            .startsWith("HTTP/1.1 101 ")
                            .contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
                    assertThat(client.read(9)).isEqualTo("over 1.1\n");
                    client.write("ping");
                    assertThat(client.read(4)).isEqualTo("ping");
                }
                assertThat(proxy.record().attempts()).isEqualTo(1);
                // All else stays where it is.
                try (RawClient client = proxy.client()) {
                    assertServes(client, proxy, ":path: /x");
                }
            }
            assertThat(upstream.agreed).containsExactly("h2", "http/1.1", "http/1.1");
        }
    }

    @Test
    void saysThatHttp2AloneHasNoWebSockets() throws Exception {
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream((peer, n) -> new Http2Peer(peer).echo());
                ProxyFixture proxy = new ProxyFixture(ProxyFixture.spec());
                RawClient client = proxy.client()) {
            proxy.forwardAll(
                    proxy.cluster("up", UpstreamProtocol.H2, upstream.address()),
                    ProxyFixture.TIMEOUTS,
                    FilterChain.EMPTY);
            for (int i = 0; i < 2; i++) {
                // The second time it is known from the start.
                client.write(UPGRADE);
                assertThat(client.readResponse())
                        .startsWith("HTTP/1.1 502 ")
                        .contains("Sluice-Reason: WEBSOCKET_UNSUPPORTED\r\n");
                assertThat(proxy.record().reason()).isEqualTo("WEBSOCKET_UNSUPPORTED");
                assertServes(client, proxy, ":path: /x");
            }
            assertThat(upstream.connections).hasValue(1);
        }
    }

    @Test
    void followsAnEndpointThatChangesItsMind() throws Exception {
        try (Upstream upstream = new Upstream("h2");
                ProxyFixture proxy = before(upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            String[] takes = {"h2", "http/1.1", "h2", "http/1.1"};
            for (String take : takes) {
                upstream.takeInstead(take);
                String text = take.equals("h2") ? ":path: /x" : "over 1.1";
                // The node may see the old connection end only when it uses it.
                Http2Client.Response response = client.response(client.get("/x"));
                while (response.status.equals("502")) {
                    response = client.response(client.get("/x"));
                }
                assertThat(response.status).isEqualTo("200");
                assertThat(response.text()).contains(text);
            }
            assertThat(upstream.agreed).contains("h2", "http/1.1");
        }
    }

    @Test
    void sendsAgainOverTheHttp1ThatWasSentBefore() throws Exception {
        try (Upstream upstream = new Upstream("http/1.1");
                ProxyFixture proxy = before(upstream);
                RawClient client = proxy.client()) {
            assertServes(client, proxy, "over 1.1");
            // The connection is reused, and turns out dead once the request is on its way.
            upstream.takeInsteadAtNextRequest("h2", "http/1.1");
            assertServes(client, proxy, "over 1.1");
            assertThat(upstream.agreed).containsExactly("http/1.1", "http/1.1");
        }
    }

    @Test
    void saysThatTheHttp1ThatWasSentBeforeIsNoMore() throws Exception {
        try (Upstream upstream = new Upstream("http/1.1");
                ProxyFixture proxy = before(upstream);
                RawClient client = proxy.client()) {
            assertServes(client, proxy, "over 1.1");
            upstream.takeInsteadAtNextRequest("h2");
            client.write(GET);
            assertThat(client.readResponse())
                    .startsWith("HTTP/1.1 502 ")
                    .contains("Sluice-Reason: UPSTREAM_TLS_FAILED\r\n");
            assertThat(proxy.record().attempts()).isEqualTo(2);
            assertServes(client, proxy, ":path: /x");
            assertThat(upstream.agreed).containsOnly("http/1.1", "h2");
        }
    }
}
