package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.sluice.dataplane.cluster.ClusterSpec;
import io.sluice.dataplane.cluster.LeaveSpec;
import io.sluice.dataplane.cluster.balancer.Policy;
import io.sluice.dataplane.cluster.endpoint.EndpointSpec;
import io.sluice.dataplane.cluster.endpoint.UpstreamProtocol;
import io.sluice.dataplane.cluster.pool.IdleOptions;
import io.sluice.dataplane.listener.NodeFixture.Tcp;
import io.sluice.dataplane.net.ProxySending;
import io.sluice.dataplane.net.Transport;
import io.sluice.dataplane.net.UpstreamSocketSpec;
import io.sluice.dataplane.telemetry.AccessRecord;
import io.sluice.dataplane.tls.ClientTls;
import io.sluice.dataplane.tls.ClientTlsSpec;
import io.sluice.dataplane.tls.ServerTlsSpec;
import io.sluice.dataplane.tls.TestPki;
import io.sluice.dataplane.tls.TlsContexts;
import io.sluice.dataplane.tls.TlsProtocols;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;

/** The node on both sides: one listener ends the TLS that the cluster of the other one speaks. */
class UpstreamTlsTest {
    private static final String ANY_PORT = "127.0.0.1:0";

    private final TestPki pki;
    private final TestPki stranger;

    UpstreamTlsTest() throws Exception {
        pki = new TestPki();
        stranger = new TestPki();
    }

    private NodeFixture node(EchoServer upstream, TlsContexts contexts) throws Exception {
        var node = new NodeFixture(Transport.AUTO);
        node.clusters(NodeFixture.cluster("echo", upstream.address()));
        node.early.put(
                "far",
                new EarlySpec(
                        contexts.server(
                                new ServerTlsSpec(
                                        List.of(
                                                pki.certificate(
                                                        "far", Algorithm.ecp256, "far.example")),
                                        List.of(),
                                        TlsProtocols.INTERMEDIATE)),
                        60_000_000_000L));
        node.apply(new Tcp("far", ANY_PORT, "echo"));
        return node;
    }

    private static void front(NodeFixture node, EchoServer upstream, ClientTls tls)
            throws Exception {
        node.clusters(
                NodeFixture.cluster("echo", upstream.address()),
                new ClusterSpec(
                        "far",
                        List.of(new EndpointSpec(node.address("far"), 1, Map.of())),
                        Policy.ROUND_ROBIN,
                        null,
                        60_000,
                        tls,
                        UpstreamProtocol.HTTP1,
                        ProxySending.NONE,
                        IdleOptions.DEFAULT,
                        LeaveSpec.DEFAULT,
                        UpstreamSocketSpec.USUAL));
        node.apply(new Tcp("far", ANY_PORT, "echo"), new Tcp("front", ANY_PORT, "far"));
    }

    private static void roundTrip(NodeFixture node) throws IOException {
        try (Socket client = node.connect("front")) {
            client.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(client.getInputStream().readNBytes(8), StandardCharsets.US_ASCII))
                    .isEqualTo("up hello");
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "true, own, far.example, ''",
        "true, own, other.example, UPSTREAM_TLS_FAILED",
        "true, own, '', UPSTREAM_TLS_FAILED",
        "true, stranger, far.example, UPSTREAM_TLS_FAILED",
        "true, public, far.example, UPSTREAM_TLS_FAILED",
        "false, public, other.example, ''",
    })
    void verifiesUnlessToldOtherwise(boolean verify, String roots, String name, String reason)
            throws Exception {
        TlsContexts contexts = TlsContexts.open();
        List<X509Certificate> trusted =
                switch (roots) {
                    case "own" -> List.of(pki.root().getCertificate());
                    case "stranger" -> List.of(stranger.root().getCertificate());
                    default -> List.of();
                };
        try (var upstream = new EchoServer("up ");
                var node = node(upstream, contexts)) {
            front(
                    node,
                    upstream,
                    contexts.client(new ClientTlsSpec(trusted, name, verify, List.of())));
            if (reason.isEmpty()) {
                roundTrip(node);
                return;
            }
            try (Socket client = node.connect("front")) {
                assertThat(client.getInputStream().readAllBytes()).isEmpty();
            }
            AccessRecord record = node.nextRecord();
            while (!record.listener().equals("front")) {
                record = node.nextRecord();
            }
            assertThat(record.reason()).isEqualTo(reason);
        }
    }

    @Test
    void resumesSessions() throws Exception {
        TlsContexts contexts = TlsContexts.open();
        try (var upstream = new EchoServer("up ");
                var node = node(upstream, contexts)) {
            front(
                    node,
                    upstream,
                    contexts.client(
                            new ClientTlsSpec(
                                    List.of(pki.root().getCertificate()),
                                    "far.example",
                                    true,
                                    List.of())));
            roundTrip(node);
            roundTrip(node);
            assertThat(node.count("far", meter -> meter.handshakes)).isEqualTo(2);
            assertThat(node.count("far", meter -> meter.handshakesResumed)).isEqualTo(1);
        }
    }
}
