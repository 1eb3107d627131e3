package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import io.sluice.dataplane.net.Transport;
import io.sluice.dataplane.telemetry.FlowPage;
import io.sluice.dataplane.telemetry.FlowQuery;
import io.sluice.dataplane.tls.TestPki;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

class ServerNameTest {
    private static final Path HELLOS = Path.of("src/test/resources/fuzz/clientHello");
    private static final String CLUSTERS =
            """
            ---
            kind: Cluster
            name: shop
            spec: { endpoints: [{ address: "%s" }] }
            ---
            kind: Cluster
            name: other
            spec: { endpoints: [{ address: "%s" }] }
            """;

    /** Rules by name; which of them a hello of shop.example takes, and one without a name. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "serverNames: [shop.example] | shop | other",
                "serverNames: ['*.example'] | shop | other",
                "serverNames: ['*'] | shop | other",
                "serverNames: ['*.shop.example', example] | other | other",
                "noServerName: true | other | shop",
                "serverNames: [shop.example], noServerName: true | shop | shop",
                "alpn: [h2] | shop | other",
                "alpn: [imap] | other | other",
                "encrypted: true | other | other",
                "encrypted: false, serverNames: [Shop.Example] | shop | other"
            })
    void choosesByWhatTheClientSaysFirst(String match, String named, String nameless)
            throws Exception {
        try (var shop = new EchoServer("shop");
                var other = new EchoServer("other");
                var node = new NodeFixture(Transport.AUTO)) {
            node.configure(rules(match) + CLUSTERS.formatted(shop.address(), other.address()));
            assertThat(relayed(node, hello("tls13"))).isEqualTo(named);
            assertThat(relayed(node, hello("tls12-no-name"))).isEqualTo(nameless);
            assertThat(node.nextRecord().phase()).isEqualTo("DONE");
        }
    }

    private static String rules(String match) {
        return """
        kind: Listener
        name: l4
        spec:
          address: 127.0.0.1:0
          tcp:
            rules:
              - name: shop
                match: { hello: { %s } }
                forward: { cluster: shop }
              - name: others
                forward: { cluster: other }
        """
                .formatted(match);
    }

    @Test
    void seesTheEncryptedHelloAndRoutesItByTheNameInSight() throws Exception {
        try (var shop = new EchoServer("shop");
                var other = new EchoServer("other");
                var node = new NodeFixture(Transport.AUTO)) {
            String clusters = CLUSTERS.formatted(shop.address(), other.address());
            node.configure(rules("encrypted: true") + clusters);
            assertThat(relayed(node, hello("encrypted"))).isEqualTo("shop");
            node.configure(rules("serverNames: [shop.example]") + clusters);
            assertThat(relayed(node, hello("encrypted"))).isEqualTo("shop");
        }
    }

    @Test
    void takesWhatIsNoTlsForNameless() throws Exception {
        try (var shop = new EchoServer("shop");
                var other = new EchoServer("other");
                var node = new NodeFixture(Transport.AUTO)) {
            node.configure(
                    rules("serverNames: ['*']")
                            + CLUSTERS.formatted(shop.address(), other.address()));
            assertThat(relayed(node, "SSH-2.0-client\r\n".getBytes(StandardCharsets.US_ASCII)))
                    .isEqualTo("other");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 6, 100})
    void doesNotMindHowTheHelloIsCut(int step) throws Exception {
        try (var shop = new EchoServer("shop");
                var other = new EchoServer("other");
                var node = new NodeFixture(Transport.AUTO)) {
            node.configure(
                    rules("serverNames: [shop.example]")
                            + CLUSTERS.formatted(shop.address(), other.address()));
            for (String name : List.of("tls13", "in-records")) {
                byte[] hello = hello(name);
                try (Socket client = node.connect("l4")) {
                    client.setTcpNoDelay(true);
                    OutputStream out = client.getOutputStream();
                    for (int at = 0; at < hello.length; at += step) {
                        out.write(hello, at, Math.min(step, hello.length - at));
                    }
                    client.shutdownOutput();
                    assertThat(client.getInputStream().readNBytes(4))
                            .isEqualTo("shop".getBytes(StandardCharsets.US_ASCII));
                    assertThat(client.getInputStream().readAllBytes()).isEqualTo(hello);
                }
            }
        }
    }

    @Test
    void doesNotWaitForAHelloForEver() throws Exception {
        try (var shop = new EchoServer("shop");
                var other = new EchoServer("other");
                var node = new NodeFixture(Transport.AUTO)) {
            node.configure(
                    rules("serverNames: [shop.example]")
                                    .replace(
                                            "address: 127",
                                            "handshakeTimeout: 50ms\n  address: 127")
                            + CLUSTERS.formatted(shop.address(), other.address()));
            try (Socket client = node.connect("l4")) {
                client.getOutputStream().write(hello("tls13"), 0, 20);
                assertThat(node.nextRecord().reason()).isEqualTo("HANDSHAKE_TIMEOUT");
            }
            assertThat(shop.connections.get() + other.connections.get()).isZero();
        }
    }

    @Test
    void passesSomeNamesThroughAndEndsTlsForOthers() throws Exception {
        var pki = new TestPki();
        X509Bundle here = pki.issue("here", Algorithm.ecp256, "here.example");
        try (var shop = new EchoServer("shop");
                var other = new EchoServer("other");
                var node = new NodeFixture(Transport.AUTO)) {
            String listener =
                    """
                    kind: Listener
                    name: l4
                    spec:
                      address: 127.0.0.1:0
                      tls:
                        certificates: [here]
                        passthrough: [{ name: shop, serverNames: [shop.example], forward: { cluster: shop } }]
                      tcp: { forward: { cluster: other } }
                    """;
            String rest = certificate(here) + CLUSTERS.formatted(shop.address(), other.address());
            node.configure(listener + rest);
            assertThat(relayed(node, hello("tls13"))).isEqualTo("shop");
            assertThat(node.nextRecord().rule()).isEqualTo("listener:l4/shop");
            assertThat(terminated(pki, node)).isEqualTo("other");
            assertThat(node.nextRecord().rule()).isEqualTo("listener:l4");
            assertThat(node.count("l4", meter -> meter.handshakes)).isEqualTo(1);

            // Passed through no more: its TLS ends here as well, which the echo is no part of.
            node.configure(listener.replaceAll("(?m)^    passthrough.*\n", "") + rest);
            try (Socket client = node.connect("l4")) {
                client.getOutputStream().write(hello("tls13"));
                assertThat(client.getInputStream().read()).isEqualTo(22);
            }
            assertThat(shop.connections).hasValue(1);
        }
    }

    @Test
    void passesSomeNamesThroughAndAnswersRequestsToOthers() throws Exception {
        var pki = new TestPki();
        X509Bundle here = pki.issue("here", Algorithm.ecp256, "localhost");
        try (var shop = new EchoServer("shop");
                var other = new EchoServer("other");
                var node = new NodeFixture(Transport.AUTO)) {
            String listener =
                    """
                    kind: Listener
                    name: l4
                    spec:
                      address: 127.0.0.1:0
                      tls:
                        certificates: [here]
                        passthrough: [{ name: shop, serverNames: [shop.example], forward: { cluster: shop } }]
                      http: {}
                    ---
                    kind: Route
                    name: all
                    spec:
                      listeners: [l4]
                      rules: [{ name: all, reply: { status: 200, body: "here" } }]
                    """;
            String rest = certificate(here) + CLUSTERS.formatted(shop.address(), other.address());
            node.configure(listener + rest);
            try (Socket passed = node.connect("l4")) {
                passed.getOutputStream().write(hello("tls13"));
                assertThat(passed.getInputStream().readNBytes(4))
                        .isEqualTo("shop".getBytes(StandardCharsets.US_ASCII));
                assertThat(passed.getInputStream().readNBytes(hello("tls13").length))
                        .isEqualTo(hello("tls13"));
                for (String protocol : List.of("h2", "http/1.1")) {
                    assertThat(answered(pki, node, protocol)).isEqualTo("here");
                    assertThat(node.nextRecord().status()).isEqualTo(200);
                }
                assertThat(node.count("l4", meter -> meter.handshakes)).isEqualTo(2);
                FlowPage page = node.listeners.flows(FlowQuery.all(10)).get(60, TimeUnit.SECONDS);
                assertThat(page.flows())
                        .filteredOn(flow -> flow.protocol().equals("tcp"))
                        .singleElement()
                        .satisfies(flow -> assertThat(flow.upstream()).isEqualTo(shop.address()));

                // Passed through no more: who was stays, a new one gets TLS that ends here.
                node.configure(listener.replaceAll("(?m)^    passthrough.*\n", "") + rest);
                passed.getOutputStream().write('x');
                assertThat(passed.getInputStream().read()).isEqualTo('x');
                try (Socket client = node.connect("l4")) {
                    client.getOutputStream().write(hello("tls13"));
                    assertThat(client.getInputStream().read()).isEqualTo(22);
                }
                assertThat(shop.connections).hasValue(1);
                passed.shutdownOutput();
                assertThat(passed.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(ruleOfPassed(node)).isEqualTo("listener:l4/shop");
        }
    }

    private static String ruleOfPassed(NodeFixture node) throws InterruptedException {
        while (true) {
            var record = node.nextRecord();
            if (!record.rule().isEmpty()) {
                return record.rule();
            }
        }
    }

    /** The body of a response over TLS that ends here. */
    private static String answered(TestPki pki, NodeFixture node, String protocol)
            throws Exception {
        try (HttpClient client =
                HttpClient.newBuilder()
                        .sslContext(pki.client("TLS"))
                        .version(
                                protocol.equals("h2")
                                        ? HttpClient.Version.HTTP_2
                                        : HttpClient.Version.HTTP_1_1)
                        .build()) {
            HttpRequest request =
                    HttpRequest.newBuilder(
                                    URI.create(
                                            "https://localhost:" + node.address("l4").port() + "/"))
                            .build();
            HttpResponse<String> response =
                    client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(response.version()).isEqualTo(client.version());
            return response.body();
        }
    }

    @Test
    void closesWhatNoPassthroughTakes() throws Exception {
        try (var shop = new EchoServer("shop");
                var other = new EchoServer("other");
                var node = new NodeFixture(Transport.AUTO)) {
            node.configure(
                    """
                    kind: Listener
                    name: l4
                    spec:
                      address: 127.0.0.1:0
                      tls: { passthrough: [{ name: shop, serverNames: [shop.example], alpn: [h2], forward: { cluster: shop } }] }
                      tcp: { forward: { cluster: other } }
                    """
                            + CLUSTERS.formatted(shop.address(), other.address()));
            assertThat(relayed(node, hello("tls13"))).isEqualTo("shop");
            assertThat(node.nextRecord().reason()).isEmpty();
            try (Socket client = node.connect("l4")) {
                client.getOutputStream().write(hello("tls12-no-name"));
                assertThat(client.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(node.nextRecord().reason()).isEqualTo("NO_ROUTE");
            assertThat(other.connections).hasValue(0);
        }
    }

    private static String certificate(X509Bundle bundle) {
        return "---\nkind: Certificate\nname: here\nspec:\n  certificate: |\n"
                + bundle.getCertificatePathPEM().indent(4)
                + "  privateKey: |\n"
                + bundle.getPrivateKeyPEM().indent(4);
    }

    /** Who takes a connection that begins so; what it sends comes back as it was. */
    private static String relayed(NodeFixture node, byte[] first) throws IOException {
        try (Socket client = node.connect("l4")) {
            client.getOutputStream().write(first);
            client.shutdownOutput();
            byte[] all = client.getInputStream().readAllBytes();
            int nameBytes = all.length - first.length;
            assertThat(nameBytes).isPositive();
            assertThat(all).endsWith(first);
            return new String(all, 0, nameBytes, StandardCharsets.US_ASCII);
        }
    }

    private static String terminated(TestPki pki, NodeFixture node) throws Exception {
        try (SSLSocket client =
                (SSLSocket)
                        pki.client("TLS")
                                .getSocketFactory()
                                .createSocket(
                                        node.connect("l4"),
                                        "127.0.0.1",
                                        node.address("l4").port(),
                                        true)) {
            SSLParameters parameters = client.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName("here.example")));
            client.setSSLParameters(parameters);
            return new String(client.getInputStream().readNBytes(5), StandardCharsets.US_ASCII);
        }
    }

    private static byte[] hello(String name) throws IOException {
        return Files.readAllBytes(HELLOS.resolve(name));
    }
}
