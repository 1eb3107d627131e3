package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.sluice.dataplane.listener.NodeFixture.Tcp;
import io.sluice.dataplane.net.Transport;
import io.sluice.dataplane.telemetry.AccessRecord;
import io.sluice.dataplane.tls.ServerTlsSpec;
import io.sluice.dataplane.tls.TestPki;
import io.sluice.dataplane.tls.TicketKey;
import io.sluice.dataplane.tls.TlsCertificate;
import io.sluice.dataplane.tls.TlsContexts;
import io.sluice.dataplane.tls.TlsProtocols;
import io.sluice.proto.HostPort;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

class TlsListenerTest {
    private static final String ANY_PORT = "127.0.0.1:0";
    private static final long SECOND_NANOS = 1_000_000_000L;

    /** Whose TLS the node uses. */
    enum Provider {
        BORING_SSL,
        JDK;

        TlsContexts open() {
            return this == JDK ? TlsContexts.ofJdk() : TlsContexts.open();
        }
    }

    private static EarlySpec early(TlsContexts contexts, TlsCertificate... certificates)
            throws SSLException {
        return early(contexts, TlsProtocols.INTERMEDIATE, certificates);
    }

    private static EarlySpec early(
            TlsContexts contexts, TlsProtocols protocols, TlsCertificate... certificates)
            throws SSLException {
        return new EarlySpec(
                contexts.server(
                        new ServerTlsSpec(List.of(certificates), List.of("http/1.1"), protocols)),
                60 * SECOND_NANOS);
    }

    private static SSLSocket connect(NodeFixture node, SSLContext client, String serverName)
            throws IOException {
        SSLSocket socket =
                (SSLSocket)
                        client.getSocketFactory()
                                .createSocket(
                                        node.connect("tls"),
                                        "127.0.0.1",
                                        node.address("tls").port(),
                                        true);
        SSLParameters parameters = socket.getSSLParameters();
        if (!serverName.isEmpty()) {
            parameters.setServerNames(List.of(new SNIHostName(serverName)));
        }
        parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
        socket.setSSLParameters(parameters);
        return socket;
    }

    private static String subject(SSLSocket socket) throws IOException {
        X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
        return shown.getSubjectX500Principal().getName();
    }

    private static String roundTrip(Socket client, String sent) throws IOException {
        client.getOutputStream().write(sent.getBytes(StandardCharsets.US_ASCII));
        client.getOutputStream().flush();
        return read(client.getInputStream(), 3 + sent.length());
    }

    private static String read(InputStream in, int bytes) throws IOException {
        return new String(in.readNBytes(bytes), StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void endsTlsAndRelaysInTheClear(Provider provider) throws Exception {
        TestPki pki = new TestPki();
        try (var upstream = new EchoServer("up ");
                var node = new NodeFixture(Transport.AUTO)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.early.put(
                    "tls",
                    early(
                            provider.open(),
                            pki.certificate("shop", Algorithm.ecp256, "shop.example")));
            node.apply(new Tcp("tls", ANY_PORT, "echo"));
            try (SSLSocket client = connect(node, pki.client("TLS"), "shop.example")) {
                assertThat(roundTrip(client, "hello")).isEqualTo("up hello");
                assertThat(client.getSession().getProtocol()).isEqualTo("TLSv1.3");
                assertThat(client.getApplicationProtocol()).isEqualTo("http/1.1");
                assertThat(client.getSession().getPeerCertificates()).hasSizeGreaterThan(0);
            }
            AccessRecord record = node.nextRecord();
            assertThat(record.bytesIn()).isEqualTo(5);
            assertThat(record.bytesOut()).isEqualTo(8);
            assertThat(record.phase()).isEqualTo("DONE");
            assertThat(node.count("tls", meter -> meter.handshakes)).isEqualTo(1);
            assertThat(node.count("tls", meter -> meter.handshakesTls13)).isEqualTo(1);
            assertThat(node.count("tls", meter -> meter.serverNameMisses)).isZero();
            assertThat(node.count("tls", meter -> meter.handshakeFailures)).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "BORING_SSL, shop.example, exact",
        "BORING_SSL, SHOP.example, exact",
        "BORING_SSL, api.shop.example, wild",
        "BORING_SSL, deep.api.shop.example, first",
        "BORING_SSL, other.example, first",
        "BORING_SSL, '', first",
        "JDK, shop.example, exact",
        "JDK, api.shop.example, wild",
        "JDK, '', first",
    })
    void choosesTheCertificateByName(Provider provider, String name, String expected)
            throws Exception {
        TestPki pki = new TestPki();
        try (var upstream = new EchoServer("up ");
                var node = new NodeFixture(Transport.AUTO)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.early.put(
                    "tls",
                    early(
                            provider.open(),
                            pki.certificate("first", Algorithm.ecp256, "first.example"),
                            pki.certificate("wild", Algorithm.ecp256, "*.shop.example"),
                            pki.certificate(
                                    "exact", Algorithm.ecp256, "shop.example", "*.example.org")));
            node.apply(new Tcp("tls", ANY_PORT, "echo"));
            try (SSLSocket client = connect(node, pki.client("TLS"), name)) {
                assertThat(subject(client)).isEqualTo("CN=" + expected);
                assertThat(node.count("tls", meter -> meter.serverNameMisses))
                        .isEqualTo(expected.equals("first") && !name.isEmpty() ? 1 : 0);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "BORING_SSL, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, rsa",
        "BORING_SSL, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, ec",
        "JDK, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, rsa",
        "JDK, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, ec",
    })
    void servesRsaAndEcdsaSideBySide(Provider provider, String suite, String expected)
            throws Exception {
        TestPki pki = new TestPki();
        try (var upstream = new EchoServer("up ");
                var node = new NodeFixture(Transport.AUTO)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.early.put(
                    "tls",
                    early(
                            provider.open(),
                            pki.certificate("rsa", Algorithm.rsa2048, "shop.example"),
                            pki.certificate("ec", Algorithm.ecp256, "shop.example")));
            node.apply(new Tcp("tls", ANY_PORT, "echo"));
            try (SSLSocket client = connect(node, pki.client("TLSv1.2"), "shop.example")) {
                client.setEnabledCipherSuites(new String[] {suite});
                assertThat(subject(client)).isEqualTo("CN=" + expected);
                assertThat(roundTrip(client, "x")).isEqualTo("up x");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Provider.class)
    void refusesVersionsAndSuitesOutsideOfThePolicy(Provider provider) throws Exception {
        TestPki pki = new TestPki();
        try (var upstream = new EchoServer("up ");
                var node = new NodeFixture(Transport.AUTO)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            TlsContexts contexts = provider.open();
            TlsCertificate certificate = pki.certificate("rsa", Algorithm.rsa2048, "shop.example");
            node.early.put("tls", early(contexts, TlsProtocols.TLS_1_3, certificate));
            node.apply(new Tcp("tls", ANY_PORT, "echo"));
            try (SSLSocket client = connect(node, pki.client("TLSv1.2"), "shop.example")) {
                assertThatThrownBy(client::startHandshake).isInstanceOf(SSLException.class);
            }
            AccessRecord record = node.nextRecord();
            assertThat(record.reason()).isEqualTo("HANDSHAKE_FAILED");
            assertThat(record.phase()).isEqualTo("HANDSHAKE");
            assertThat(record.host()).isEqualTo("shop.example");

            node.early.put("tls", early(contexts, TlsProtocols.INTERMEDIATE, certificate));
            node.apply(new Tcp("tls", ANY_PORT, "echo"));
            try (SSLSocket client = connect(node, pki.client("TLSv1.2"), "shop.example")) {
                client.setEnabledCipherSuites(
                        new String[] {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"});
                assertThatThrownBy(client::startHandshake)
                        .isInstanceOf(SSLHandshakeException.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void resumesSessionsOfOtherNodes(String version) throws Exception {
        TestPki pki = new TestPki();
        TlsCertificate certificate = pki.certificate("shop", Algorithm.ecp256, "shop.example");
        SSLContext client = pki.client(version);
        try (var upstream = new EchoServer("up ");
                var node = new NodeFixture(Transport.AUTO)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            // The contexts are what a node has; two of them are two nodes, on one port after the
            // other so that the client finds its session.
            TlsContexts first = TlsContexts.open();
            TlsContexts second = TlsContexts.open();
            var keys = List.of(ticketKey(1));
            first.ticketKeys(keys);
            second.ticketKeys(keys);
            node.early.put("tls", early(first, certificate));
            node.apply(new Tcp("tls", ANY_PORT, "echo"));
            visit(node, client);
            assertThat(node.count("tls", meter -> meter.handshakesResumed)).isZero();
            node.early.put("tls", early(second, certificate));
            node.apply(new Tcp("tls", ANY_PORT, "echo"));
            visit(node, client);
            assertThat(node.count("tls", meter -> meter.handshakesResumed)).isEqualTo(1);

            // Rotated: the old key is good for what it sealed, until it goes.
            second.ticketKeys(List.of(ticketKey(2), ticketKey(1)));
            visit(node, client);
            assertThat(node.count("tls", meter -> meter.handshakesResumed)).isEqualTo(2);
            second.ticketKeys(List.of(ticketKey(3)));
            visit(node, client);
            assertThat(node.count("tls", meter -> meter.handshakesResumed)).isEqualTo(2);
        }
    }

    private static TicketKey ticketKey(int seed) {
        byte[] bytes = new byte[TicketKey.BYTES];
        Arrays.fill(bytes, (byte) seed);
        return new TicketKey(bytes);
    }

    private static void visit(NodeFixture node, SSLContext client) throws IOException {
        try (SSLSocket socket = connect(node, client, "shop.example")) {
            // Tickets of TLS 1.3 come with the first bytes of the server.
            assertThat(roundTrip(socket, "x")).isEqualTo("up x");
        }
    }

    @Test
    void aReplacedCertificateIsUsedByTheNextHandshakeAndClosesNothing() throws Exception {
        TestPki pki = new TestPki();
        TlsContexts contexts = TlsContexts.open();
        try (var upstream = new EchoServer("up ");
                var node = new NodeFixture(Transport.AUTO)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.early.put(
                    "tls",
                    early(contexts, pki.certificate("old", Algorithm.ecp256, "shop.example")));
            node.apply(new Tcp("tls", ANY_PORT, "echo"));
            try (SSLSocket open = connect(node, pki.client("TLS"), "shop.example");
                    Socket halfWay = node.connect("tls")) {
                assertThat(roundTrip(open, "a")).isEqualTo("up a");
                halfWay.getOutputStream().write(22);
                node.early.put(
                        "tls",
                        early(contexts, pki.certificate("new", Algorithm.ecp256, "shop.example")));
                node.apply(new Tcp("tls", ANY_PORT, "echo"));
                try (SSLSocket next = connect(node, pki.client("TLS"), "shop.example")) {
                    assertThat(subject(next)).isEqualTo("CN=new");
                }
                open.getOutputStream().write('b');
                open.getOutputStream().flush();
                assertThat(read(open.getInputStream(), 1)).isEqualTo("b");
                assertThat(subject(open)).isEqualTo("CN=old");
            }
        }
    }

    @Test
    void handshakesInPiecesOfOneByte() throws Exception {
        TestPki pki = new TestPki();
        try (var upstream = new EchoServer("up ");
                var node = new NodeFixture(Transport.AUTO)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.early.put(
                    "tls",
                    early(
                            TlsContexts.open(),
                            pki.certificate("shop", Algorithm.ecp256, "shop.example")));
            node.apply(new Tcp("tls", ANY_PORT, "echo"));
            try (var slow = new ByteByByte(node.address("tls"));
                    Socket plain = slow.connect();
                    Socket client =
                            pki.client("TLS")
                                    .getSocketFactory()
                                    .createSocket(plain, "shop.example", 443, true)) {
                assertThat(roundTrip(client, "hello")).isEqualTo("up hello");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\u0016\u0003\u0001\u0000\u0001\u0001"})
    void closesOnGarbageOrWhenItTakesTooLong(String sent) throws Exception {
        TestPki pki = new TestPki();
        try (var upstream = new EchoServer("up ");
                var node = new NodeFixture(Transport.AUTO)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            EarlySpec early =
                    early(
                            TlsContexts.open(),
                            pki.certificate("shop", Algorithm.ecp256, "shop.example"));
            boolean garbage = sent.startsWith("GET");
            node.early.put("tls", garbage ? early : new EarlySpec(early.tls(), SECOND_NANOS / 10));
            node.apply(new Tcp("tls", ANY_PORT, "echo"));
            try (var client = new Socket()) {
                // Its time begins when it is accepted, so that all it sends is there by then.
                node.whileLoopsStand(() -> connectAndSend(node, client, sent));
                assertEnds(client.getInputStream());
                AccessRecord record = node.nextRecord();
                assertThat(record.reason())
                        .isEqualTo(garbage ? "HANDSHAKE_FAILED" : "HANDSHAKE_TIMEOUT");
                assertThat(record.phase()).isEqualTo("HANDSHAKE");
                assertThat(record.bytesIn()).isEqualTo(sent.length());
                assertThat(node.count("tls", meter -> meter.handshakeFailures)).isEqualTo(1);
                assertThat(upstream.connections.get()).isZero();
            }
        }
    }

    private static void connectAndSend(NodeFixture node, Socket client, String sent)
            throws IOException {
        HostPort address = node.address("tls");
        client.setSoTimeout(NodeFixture.SOCKET_TIMEOUT_MILLIS);
        client.connect(new InetSocketAddress(address.host(), address.port()));
        client.getOutputStream().write(sent.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void assertEnds(InputStream in) {
        try {
            in.readAllBytes();
        } catch (IOException e) {
            // A reset is an end as well.
            assertThat(e).hasMessageContaining("reset");
        }
    }

    @Test
    void passesTheClientsEndOnToTheUpstream() throws Exception {
        TestPki pki = new TestPki();
        try (var upstream = new EchoServer("up ");
                var node = new NodeFixture(Transport.AUTO)) {
            node.clusters(NodeFixture.cluster("echo", upstream.address()));
            node.early.put(
                    "tls",
                    early(
                            TlsContexts.open(),
                            pki.certificate("shop", Algorithm.ecp256, "shop.example")));
            node.apply(new Tcp("tls", ANY_PORT, "echo"));
            try (SSLSocket client = connect(node, pki.client("TLS"), "shop.example")) {
                assertThat(roundTrip(client, "x")).isEqualTo("up x");
                client.shutdownOutput();
                assertThat(client.getInputStream().readAllBytes()).isEmpty();
            }
            assertThat(node.nextRecord().reason()).isEmpty();
        }
    }
}
