package io.sluice.it.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.testing.integration.EmptyProtos.Empty;
import io.grpc.testing.integration.TestServiceGrpc;
import io.grpc.testing.integration.TestServiceImpl;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import io.sluice.it.harness.Program;
import io.sluice.it.harness.TestFleet;
import io.sluice.it.tls.TestAuthority;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * grpc-java's interop client and server with a node between, in the clear and by TLS, both ways.
 */
final class GrpcInteropIT {
    private static final String HOST = "grpc.example";
    private static final Map<String, InteropCases.Case> CASES = InteropCases.all();

    /** By listener: how a client comes, and how the upstream is met. */
    private static final List<String> WAYS =
            List.of("h2c-to-h2c", "h2c-to-tls", "tls-to-h2c", "tls-to-tls");

    private static final List<Server> SERVERS = new ArrayList<>();
    private static ScheduledExecutorService executor;
    private static int clearPort;
    private static TestAuthority authority;
    private static TestFleet fleet;

    @BeforeAll
    static void start(@TempDir Path temporary) throws Exception {
        executor = Executors.newScheduledThreadPool(2);
        authority = new TestAuthority();
        X509Bundle bundle = authority.issue(Algorithm.ecp256, HOST);
        int clear = serve(InsecureServerCredentials.create());
        int secret =
                serve(
                        TlsServerCredentials.create(
                                stream(bundle.getCertificatePathPEM()),
                                stream(bundle.getPrivateKeyPEM())));
        clearPort = clear;
        fleet = new TestFleet(temporary, 1);
        StringBuilder yaml = new StringBuilder(TestAuthority.resource("grpc", bundle));
        for (String way : WAYS) {
            yaml.append(listener(way));
        }
        yaml.append(
                """
                ---
                kind: Cluster
                name: h2c
                spec: { endpoints: [ { address: "127.0.0.1:%d" } ], protocol: h2 }
                ---
                kind: Cluster
                name: tls
                spec:
                  endpoints: [ { address: "127.0.0.1:%d" } ]
                  protocol: h2
                  tls:
                    serverName: %s
                    ca: |
                """
                        .formatted(clear, secret, HOST));
        yaml.append(authority.rootPem().indent(6));
        fleet.apply(yaml.toString());
    }

    private static String listener(String way) {
        return """
        ---
        kind: Listener
        name: %1$s
        spec: { address: "127.0.0.1:0", http: {}%2$s }
        ---
        kind: Route
        name: %1$s
        spec:
          listeners: [%1$s]
          hosts: [%3$s]
          rules: [ { name: all, forward: { cluster: %4$s } } ]
        """
                .formatted(
                        way,
                        way.startsWith("tls") ? ", tls: { certificates: [grpc] }" : "",
                        HOST,
                        way.substring(way.length() - 3));
    }

    private static int serve(ServerCredentials credentials) throws IOException {
        Server server =
                Grpc.newServerBuilderForPort(0, credentials)
                        .maxInboundMessageSize(InteropCases.MESSAGE_BYTES_MAX)
                        .addService(
                                ServerInterceptors.intercept(
                                        new TestServiceImpl(executor),
                                        TestServiceImpl.interceptors()))
                        .build()
                        .start();
        SERVERS.add(server);
        return server.getPort();
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    @AfterAll
    static void stop() throws IOException {
        fleet.close();
        SERVERS.forEach(Server::shutdownNow);
        executor.shutdownNow();
    }

    private static ManagedChannelBuilder<?> channel(String way, String host) {
        return Grpc.newChannelBuilderForAddress(
                        "127.0.0.1",
                        fleet.node(1).listener(way).getPort(),
                        way.startsWith("tls") ? trusting() : InsecureChannelCredentials.create())
                .overrideAuthority(host);
    }

    private static ChannelCredentials trusting() {
        try {
            return TlsChannelCredentials.newBuilder()
                    .trustManager(stream(authority.rootPem()))
                    .build();
        } catch (IOException e) {
            throw new AssertionError("memory can be read", e);
        }
    }

    static Stream<Arguments> casesOfAllWays() {
        return WAYS.stream()
                .flatMap(way -> CASES.keySet().stream().map(name -> Arguments.of(way, name)));
    }

    @ParameterizedTest
    @MethodSource("casesOfAllWays")
    void passes(String way, String name) throws Exception {
        Supplier<ManagedChannelBuilder<?>> channels = () -> channel(way, HOST);
        InteropCases client = new InteropCases(channels);
        client.setUp();
        try {
            Objects.requireNonNull(CASES.get(name)).run(client);
        } finally {
            client.tearDown();
        }
    }

    @Test
    void hearsOfHostsWithoutRouteInItsOwnTerms() throws Exception {
        ManagedChannel channel = channel("h2c-to-h2c", "other.example").build();
        try {
            var stub = TestServiceGrpc.newBlockingStub(channel);
            assertThatThrownBy(() -> stub.emptyCall(Empty.getDefaultInstance()))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            refused -> {
                                assertThat(refused.getStatus().getCode())
                                        .isEqualTo(Status.Code.UNIMPLEMENTED);
                                assertThat(refused.getStatus().getDescription())
                                        .isEqualTo("404 Not Found");
                            });
        } finally {
            channel.shutdownNow();
            assertThat(channel.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void theExampleServesGrpcAndBrowsers() throws Exception {
        String example =
                Files.readString(Program.home().resolve("examples/grpc.yaml"))
                        .replace("0.0.0.0:8090", "127.0.0.1:0")
                        .replace("127.0.0.1:50051", "127.0.0.1:" + clearPort)
                        .replace(", { address: \"127.0.0.1:50052\" }", "");
        fleet.apply(example);
        ManagedChannel channel = channel("grpc", HOST).build();
        try {
            var stub = TestServiceGrpc.newBlockingStub(channel);
            assertThat(stub.emptyCall(Empty.getDefaultInstance())).isNotNull();
        } finally {
            channel.shutdownNow();
            assertThat(channel.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }
        String call = "POST /grpc.testing.TestService/EmptyCall HTTP/1.1\r\n";
        String binary = ask(call, "application/grpc-web+proto", "\0\0\0\0\0");
        assertThat(binary)
                .startsWith("HTTP/1.1 200 ")
                .contains("Content-Type: application/grpc-web+proto\r\n")
                .contains("Access-Control-Allow-Origin: https://app.example\r\n")
                .contains("\0\0\0\0\0")
                .contains("grpc-status:0\r\n");
        String text = ask(call, "application/grpc-web-text", "AAAAAAA=");
        assertThat(text)
                .contains("Content-Type: application/grpc-web-text\r\n")
                .contains("\r\nAAAAAAA=\r\n");
        assertThat(ask("OPTIONS /x HTTP/1.1\r\n", "", ""))
                .startsWith("HTTP/1.1 204 ")
                .contains("Access-Control-Allow-Methods: POST\r\n");
    }

    private static String ask(String line, String type, String body) throws IOException {
        String head =
                line
                        + "Host: "
                        + HOST
                        + "\r\nConnection: close\r\n"
                        + (type.isEmpty() ? "" : "Content-Type: " + type + "\r\n")
                        + "Content-Length: "
                        + body.length()
                        + "\r\n\r\n";
        try (Socket socket =
                new Socket(
                        InetAddress.ofLiteral("127.0.0.1"),
                        fleet.node(1).listener("grpc").getPort())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write((head + body).getBytes(ISO_8859_1));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }
}
