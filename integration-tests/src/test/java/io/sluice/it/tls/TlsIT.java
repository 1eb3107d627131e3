package io.sluice.it.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import io.sluice.it.harness.Await;
import io.sluice.it.harness.Ctl;
import io.sluice.it.harness.NodeProcess;
import io.sluice.it.harness.ScriptedUpstream;
import io.sluice.it.harness.TestFleet;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

final class TlsIT {
    private static final String HOST = "shop.example";
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n";

    private static final Queue<String> HEADS = new ConcurrentLinkedQueue<>();
    private static TestFleet fleet;
    private static TestAuthority authority;
    private static Path directory;

    @BeforeAll
    static void start(@TempDir Path temporary) throws Exception {
        directory = temporary;
        authority = new TestAuthority();
        fleet = new TestFleet(temporary, 2);
        ScriptedUpstream upstream = fleet.own(new ScriptedUpstream(TlsIT::answer));
        fleet.apply(
                TestAuthority.resource("shop", authority.issue(Algorithm.ecp256, HOST))
                        + "---\n"
                        + TestAuthority.resource(
                                "shop-rsa", authority.issue(Algorithm.rsa2048, HOST))
                        + """
                        ---
                        kind: Listener
                        name: secure
                        spec:
                          address: "127.0.0.1:0"
                          tls: { certificates: [shop, shop-rsa] }
                          http: { hsts: 365d }
                        ---
                        kind: Listener
                        name: plain
                        spec: { address: "127.0.0.1:0", http: { redirectToHttps: true } }
                        ---
                        kind: Listener
                        name: twice
                        spec: { address: "127.0.0.1:0", tcp: { forward: { cluster: up } }, tls: { certificates: [shop] } }
                        ---
                        kind: Route
                        name: shop
                        spec:
                          listeners: [secure, plain]
                          hosts: [shop.example]
                          rules: [ { name: all, forward: { cluster: up } } ]
                        ---
                        kind: Cluster
                        name: up
                        spec: { endpoints: [ { address: "%s" } ] }
                        """
                                .formatted(upstream.address()));
    }

    @AfterAll
    static void stop() throws IOException {
        fleet.close();
    }

    private static void answer(Socket client) throws IOException {
        StringBuilder head = new StringBuilder();
        int next = client.getInputStream().read();
        while (next >= 0) {
            head.append((char) next);
            if (head.toString().endsWith("\r\n\r\n")) {
                HEADS.add(head.toString());
                head.setLength(0);
                client.getOutputStream()
                        .write(
                                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                                        .getBytes(ISO_8859_1));
            }
            next = client.getInputStream().read();
        }
    }

    private static SSLSocket connect(SSLContext client, InetSocketAddress address)
            throws IOException {
        SSLSocket socket =
                (SSLSocket)
                        client.getSocketFactory()
                                .createSocket(address.getAddress(), address.getPort());
        socket.setSoTimeout(60_000);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(HOST)));
        socket.setSSLParameters(parameters);
        return socket;
    }

    private static String ask(SSLSocket socket) throws IOException {
        socket.getOutputStream().write(REQUEST.getBytes(ISO_8859_1));
        socket.getOutputStream().flush();
        StringBuilder response = new StringBuilder();
        while (!response.toString().endsWith("\r\n\r\nok")) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new IOException("closed after: " + response);
            }
            response.append((char) next);
        }
        return response.toString();
    }

    private static BigInteger serial(SSLSocket socket) throws IOException {
        return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
    }

    @Test
    void servesHttpsOnEveryNodeAndTellsTheUpstream() throws Exception {
        for (NodeProcess node : fleet.nodes()) {
            HEADS.clear();
            try (SSLSocket socket = connect(authority.client(), node.listener("secure"))) {
                assertThat(ask(socket))
                        .startsWith("HTTP/1.1 200 ")
                        .contains("Strict-Transport-Security: max-age=31536000\r\n");
            }
            assertThat(HEADS.element()).contains("X-Forwarded-Proto: https\r\n");
        }
    }

    @Test
    void endsTlsForTcp() throws Exception {
        try (SSLSocket socket = connect(authority.client(), fleet.node(1).listener("twice"))) {
            assertThat(ask(socket)).startsWith("HTTP/1.1 200 OK\r\n");
        }
    }

    @Test
    void aCertificateIsReplacedUnderLoadWithoutAFailure() throws Exception {
        AtomicBoolean going = new AtomicBoolean(true);
        AtomicLong answered = new AtomicLong();
        Queue<String> failures = new ConcurrentLinkedQueue<>();
        List<Thread> clients = new ArrayList<>();
        for (NodeProcess node : fleet.nodes()) {
            InetSocketAddress address = node.listener("secure");
            clients.add(Thread.ofVirtual().start(() -> stay(address, going, answered, failures)));
            clients.add(
                    Thread.ofVirtual().start(() -> comeAgain(address, going, answered, failures)));
        }
        X509Bundle last = authority.issue(Algorithm.ecp256, HOST);
        for (int i = 0; i < 5; i++) {
            last = authority.issue(Algorithm.ecp256, HOST);
            fleet.apply(TestAuthority.resource("shop", last));
        }
        for (NodeProcess node : fleet.nodes()) {
            try (SSLSocket socket = connect(authority.client(), node.listener("secure"))) {
                assertThat(serial(socket)).isEqualTo(last.getCertificate().getSerialNumber());
            }
        }
        going.set(false);
        for (Thread client : clients) {
            client.join();
        }
        assertThat(failures).isEmpty();
        assertThat(answered.get()).isPositive();
    }

    private static void stay(
            InetSocketAddress address,
            AtomicBoolean going,
            AtomicLong answered,
            Queue<String> failures) {
        try (SSLSocket socket = connect(authority.client(), address)) {
            while (going.get()) {
                ask(socket);
                answered.incrementAndGet();
            }
        } catch (Exception e) {
            failures.add("kept connection: " + e);
        }
    }

    private static void comeAgain(
            InetSocketAddress address,
            AtomicBoolean going,
            AtomicLong answered,
            Queue<String> failures) {
        try {
            SSLContext client = authority.client();
            while (going.get()) {
                try (SSLSocket socket = connect(client, address)) {
                    ask(socket);
                    answered.incrementAndGet();
                }
            }
        } catch (Exception e) {
            failures.add("new connection: " + e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void opensslResumesOnAnotherNode(String version) throws Exception {
        assumeThat(Path.of("/usr/bin/openssl")).exists();
        Path session = directory.resolve("session" + version);
        String first = openssl(1, version, "-sess_out", session.toString());
        assertThat(first).contains("New, TLSv1.").contains("200 OK");
        String second = openssl(2, version, "-sess_in", session.toString());
        assertThat(second).contains("Reused, TLSv1.").contains("200 OK");
    }

    private static String openssl(int node, String... options) throws Exception {
        InetSocketAddress address = fleet.node(node).listener("secure");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "openssl",
                                "s_client",
                                "-connect",
                                "127.0.0.1:" + address.getPort(),
                                "-servername",
                                HOST,
                                "-verify_return_error",
                                "-ign_eof",
                                "-CAfile",
                                authority.rootFile(directory).toString()));
        command.addAll(List.of(options));
        return run(command, REQUEST.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--tlsv1.2 --tls-max 1.2 --http1.1",
                "--tlsv1.3 --http1.1",
                "--tlsv1.2 --tls-max 1.2 --http2",
                "--tlsv1.3 --http2"
            })
    void curlGetsItsAnswer(String options) throws Exception {
        assumeThat(Path.of("/usr/bin/curl")).exists();
        int port = fleet.node(1).listener("secure").getPort();
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "-w", " %{http_version}"));
        command.addAll(List.of(options.split(" ")));
        command.addAll(
                List.of(
                        "--cacert",
                        authority.rootFile(directory).toString(),
                        "--resolve",
                        HOST + ":" + port + ":127.0.0.1",
                        "https://" + HOST + ":" + port + "/"));
        assertThat(run(command, "")).isEqualTo(options.endsWith("--http2") ? "ok 2" : "ok 1.1");
    }

    private static String run(List<String> command, String input) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().write(input.getBytes(ISO_8859_1));
        process.getOutputStream().flush();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    @Test
    void theJdksClientSpeaksHttp2() throws Exception {
        int port = fleet.node(2).listener("secure").getPort();
        try (HttpClient client = HttpClient.newBuilder().sslContext(authority.client()).build()) {
            HttpResponse<String> response =
                    client.send(
                            HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + "/"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
            // The host is the address: no route is for that.
            assertThat(response.statusCode()).isEqualTo(404);
        }
    }

    @Test
    void sendsClientsInTheClearToHttps() throws Exception {
        InetSocketAddress address = fleet.node(1).listener("plain");
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream()
                    .write(
                            REQUEST.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
                                    .getBytes(ISO_8859_1));
            assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
                    .startsWith("HTTP/1.1 308 ")
                    .contains("Location: https://shop.example/\r\n");
        }
    }

    @Test
    void speaksTlsToAnUpstreamThatItChecks() throws Exception {
        InetSocketAddress far = fleet.node(1).listener("secure");
        String cluster =
                """
                kind: Cluster
                name: far
                spec:
                  endpoints: [ { address: "127.0.0.1:%d" } ]
                  healthCheck: { tcp: {}, interval: 100ms }
                  tls:
                    serverName: shop.example
                    ca: |
                %s
                ---
                kind: Listener
                name: front
                spec: { address: "127.0.0.1:0", http: {} }
                ---
                kind: Route
                name: front
                spec: { listeners: [front], rules: [ { name: all, forward: { cluster: far } } ] }
                """;
        fleet.apply(cluster.formatted(far.getPort(), authority.rootPem().indent(6)));
        assertThat(get(fleet.node(1))).startsWith("HTTP/1.1 200 ");
        fleet.apply(cluster.formatted(far.getPort(), new TestAuthority().rootPem().indent(6)));
        assertThat(get(fleet.node(1)))
                .startsWith("HTTP/1.1 50")
                .containsAnyOf("NO_HEALTHY_ENDPOINT", "UPSTREAM_TLS_FAILED");
    }

    private static String get(NodeProcess node) throws IOException {
        InetSocketAddress address = node.listener("front");
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream()
                    .write(
                            REQUEST.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
                                    .getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    @Test
    void noKeyIsReadableAnywhere() throws Exception {
        String config = fleet.node(1).admin("GET", "/config").body();
        assertThat(config).contains("BEGIN CERTIFICATE").doesNotContain("PRIVATE KEY");
        assertThat(fleet.ctl().run("export").ok().out())
                .contains("BEGIN CERTIFICATE")
                .doesNotContain("PRIVATE KEY");
        Path data = fleet.node(1).dataDirectory();
        // The node may put one in the place of another while they are read.
        String kept = Await.until("all files", () -> contents(data), text -> !text.isEmpty());
        assertThat(kept).doesNotContain("PRIVATE KEY");
    }

    private static String contents(Path directory) throws IOException {
        StringBuilder contents = new StringBuilder();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.append(Files.readString(file, ISO_8859_1));
            }
        }
        return contents.toString();
    }

    @Test
    void refusesAKeyOfAnotherCertificateAndWarnsOfTheRest() throws Exception {
        X509Bundle one = authority.issue(Algorithm.ecp256, "other.example");
        X509Bundle two = authority.issue(Algorithm.ecp256, "other.example");
        String wrong =
                TestAuthority.resource("other", one)
                        .replace(
                                one.getPrivateKeyPEM().indent(4), two.getPrivateKeyPEM().indent(4));
        Ctl.Result refused = fleet.ctl().apply(wrong);
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("does not belong to the first certificate");
        Ctl.Result warned =
                fleet.ctl()
                        .apply(
                                """
                                kind: Route
                                name: uncovered
                                spec: { listeners: [secure], hosts: [other.example], rules: [ { name: all, reply: { status: 204 } } ] }
                                """,
                                "--nodes",
                                "2");
        assertThat(warned.exit()).isZero();
        assertThat(warned.err()).contains("no certificate of listener secure names");
    }
}
