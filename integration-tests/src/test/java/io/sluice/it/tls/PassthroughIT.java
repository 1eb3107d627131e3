package io.sluice.it.tls;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import io.sluice.it.harness.Ctl;
import io.sluice.it.harness.Daemon;
import io.sluice.it.harness.Program;
import io.sluice.it.harness.TestFleet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** The example of TLS passed through, in front of nginx. */
final class PassthroughIT {
    @Test
    void passesTlsThroughToNginxByName(@TempDir Path directory) throws Exception {
        String nginx = Daemon.find("nginx", "nginx-light");
        var authority = new TestAuthority();
        int bank = Daemon.unusedPort();
        int others = Daemon.unusedPort();
        Path config =
                config(
                        directory,
                        server(directory, "bank", bank, authority, "bank.example"),
                        server(directory, "others", others, authority, "www.example"));
        Path log = directory.resolve("nginx.log");
        try (Daemon server =
                        Daemon.start(
                                log, nginx, "-p", directory.toString(), "-c", config.toString());
                var fleet = new TestFleet(directory, 1)) {
            server.listensOn(bank).listensOn(others);
            Ctl.Result applied = fleet.apply(example(bank, others));
            assertThat(applied.exit()).as(applied.err()).isZero();
            InetSocketAddress address = fleet.node(1).listener("front");
            assertThat(get(authority, address, "bank.example")).endsWith("bank");
            assertThat(get(authority, address, "www.example")).endsWith("others");
            try (Socket client = socket(address)) {
                client.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
                assertThat(client.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void onePortEndsTlsOfOneNameAndPassesOnThatOfAnother(@TempDir Path directory) throws Exception {
        String nginx = Daemon.find("nginx", "nginx-light");
        var authority = new TestAuthority();
        int bank = Daemon.unusedPort();
        Path config = config(directory, server(directory, "bank", bank, authority, "bank.example"));
        Path log = directory.resolve("nginx.log");
        try (Daemon server =
                        Daemon.start(
                                log, nginx, "-p", directory.toString(), "-c", config.toString());
                var fleet = new TestFleet(directory, 1)) {
            server.listensOn(bank);
            Ctl.Result applied =
                    fleet.apply(
                            TestAuthority.resource(
                                            "shop",
                                            authority.issue(Algorithm.ecp256, "shop.example"))
                                    + """
                                    ---
                                    kind: Listener
                                    name: front
                                    spec:
                                      address: "127.0.0.1:0"
                                      tls:
                                        certificates: [shop]
                                        passthrough:
                                          - { name: bank, serverNames: [bank.example], forward: { cluster: bank } }
                                      http: {}
                                    ---
                                    kind: Route
                                    name: all
                                    spec:
                                      listeners: [front]
                                      rules: [{ name: all, reply: { status: 200, body: "here" } }]
                                    ---
                                    kind: Cluster
                                    name: bank
                                    spec: { endpoints: [{ address: "127.0.0.1:%d" }] }
                                    """
                                            .formatted(bank));
            assertThat(applied.exit()).as(applied.err()).isZero();
            InetSocketAddress address = fleet.node(1).listener("front");
            // Each name has its own certificate, which the client looks at.
            assertThat(get(authority, address, "bank.example")).endsWith("bank");
            assertThat(get(authority, address, "shop.example")).endsWith("here");
            assertThat(get(authority, address, "bank.example")).endsWith("bank");
        }
    }

    private static String example(int bank, int others) throws IOException {
        String text = Files.readString(Program.home().resolve("examples/passthrough.yaml"));
        String changed =
                text.replace("0.0.0.0:8443", "\"127.0.0.1:0\"")
                        .replace(
                                "[{ address: 10.0.0.31:443 }, { address: 10.0.0.32:443 }]",
                                "[{ address: \"127.0.0.1:" + bank + "\" }]")
                        .replace("10.0.0.41:443", "\"127.0.0.1:" + others + "\"");
        assertThat(changed).doesNotContain("address: 10.0.0.");
        return changed;
    }

    private static String server(
            Path directory, String says, int port, TestAuthority authority, String name)
            throws Exception {
        X509Bundle bundle = authority.issue(Algorithm.ecp256, name);
        Path chain = directory.resolve(says + ".crt");
        Path key = directory.resolve(says + ".key");
        Files.writeString(chain, bundle.getCertificatePathPEM());
        Files.writeString(key, bundle.getPrivateKeyPEM());
        return "server { listen 127.0.0.1:%d ssl; ssl_certificate %s; ssl_certificate_key %s; return 200 %s; }\n"
                .formatted(port, chain, key, says);
    }

    private static Path config(Path directory, String... servers) throws IOException {
        String temporary =
                Stream.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
                        .map(name -> name + "_temp_path " + directory.resolve(name) + ";\n")
                        .reduce("", String::concat);
        return Files.writeString(
                directory.resolve("nginx.conf"),
                "daemon off; master_process off; pid "
                        + directory.resolve("nginx.pid")
                        + "; error_log stderr;\nevents {}\nhttp {\naccess_log off;\n"
                        + temporary
                        + String.join("", servers)
                        + "}\n");
    }

    private static String get(TestAuthority authority, InetSocketAddress address, String name)
            throws Exception {
        try (SSLSocket client =
                (SSLSocket)
                        authority
                                .client()
                                .getSocketFactory()
                                .createSocket(socket(address), name, 443, true)) {
            SSLParameters parameters = client.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            // Its certificate, and not one of the node.
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            client.setSSLParameters(parameters);
            client.getOutputStream()
                    .write(
                            ("GET / HTTP/1.1\r\nHost: " + name + "\r\nConnection: close\r\n\r\n")
                                    .getBytes(US_ASCII));
            return new String(client.getInputStream().readAllBytes(), US_ASCII);
        }
    }

    private static Socket socket(InetSocketAddress address) throws IOException {
        var socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(60_000);
        return socket;
    }
}
