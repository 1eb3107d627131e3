package io.sluice.it.l7;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.sluice.it.harness.Daemon;
import io.sluice.it.harness.NamedUpstream;
import io.sluice.it.harness.TestFleet;
import io.sluice.it.tls.TestAuthority;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import javax.xml.parsers.DocumentBuilderFactory;

/** HTTP/2 as others speak it: nghttp2's clients, the JDK's, and h2spec, which tries every rule. */
final class Http2ToolsIT {
    private static final int REQUESTS = 200;

    private static TestFleet fleet;
    private static TestAuthority authority;
    private static NamedUpstream upstream;
    private static Path directory;

    @BeforeAll
    static void start(@TempDir Path temporary) throws Exception {
        directory = temporary;
        authority = new TestAuthority();
        fleet = new TestFleet(temporary, 1);
        upstream = fleet.upstream("shop");
        fleet.apply(
                TestAuthority.resource("shop", authority.issue(Algorithm.ecp256, "localhost"))
                        + """
                        ---
                        kind: Listener
                        name: clear
                        spec: { address: "127.0.0.1:0", http: {} }
                        ---
                        kind: Listener
                        name: secure
                        spec: { address: "127.0.0.1:0", http: {}, tls: { certificates: [shop] } }
                        ---
                        kind: Route
                        name: shop
                        spec:
                          listeners: [clear, secure]
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

    // One that is installed, or an older one out of an archive that has it for most machines.
    private static String h2spec() throws Exception {
        Optional<String> found = Daemon.installed("h2spec");
        if (found.isPresent()) {
            return found.get();
        }
        Path packed = directory.resolve("h2spec.tar.gz");
        String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        assumeThat(system).as("h2spec is not installed").isEqualTo("Linux amd64");
        try (InputStream archive =
                Objects.requireNonNull(
                        Http2ToolsIT.class.getResourceAsStream(
                                "/h2spec/2.2.0/h2spec_linux_amd64.tar.gz"))) {
            Files.copy(archive, packed, StandardCopyOption.REPLACE_EXISTING);
        }
        Daemon.run(
                Daemon.find("tar", "tar"), "-xzf", packed.toString(), "-C", directory.toString());
        return directory.resolve("h2spec").toString();
    }

    private static int port(String listener) {
        return fleet.node(1).listener(listener).getPort();
    }

    @ParameterizedTest
    @CsvSource({"http, clear", "https, secure"})
    void nghttpGetsItsAnswers(String scheme, String listener) throws Exception {
        String url = scheme + "://127.0.0.1:" + port(listener) + "/";
        String output =
                Daemon.run(
                        Daemon.find("nghttp", "nghttp2-client"),
                        "-v",
                        "--no-verify-peer",
                        url + "a",
                        url + "b");
        assertThat(output).contains(":status: 200", "shop", "error_code=NO_ERROR");
    }

    @ParameterizedTest
    @CsvSource({"http, clear", "https, secure"})
    void h2loadGetsAllOfItsAnswers(String scheme, String listener) throws Exception {
        long before = upstream.requests();
        String output =
                Daemon.run(
                        Daemon.find("h2load", "nghttp2-client"),
                        "-n" + REQUESTS,
                        "-c4",
                        "-m10",
                        scheme + "://127.0.0.1:" + port(listener) + "/");
        assertThat(output)
                .contains(
                        "%1$d done, %1$d succeeded, 0 failed, 0 errored, 0 timeout"
                                .formatted(REQUESTS))
                .contains("status codes: %d 2xx".formatted(REQUESTS));
        assertThat(upstream.requests() - before).isEqualTo(REQUESTS);
    }

    @Test
    void theJdksClientSharesAConnectionAmongItsRequests() throws Exception {
        URI uri = URI.create("https://localhost:" + port("secure") + "/");
        try (HttpClient client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_2)
                        .sslContext(authority.client())
                        .build()) {
            List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                byte[] body = new byte[i * 4096];
                HttpRequest request =
                        HttpRequest.newBuilder(uri).POST(BodyPublishers.ofByteArray(body)).build();
                responses.add(client.sendAsync(request, BodyHandlers.ofString()));
            }
            for (var response : responses) {
                HttpResponse<String> got = response.get(60, TimeUnit.SECONDS);
                assertThat(got.version()).isEqualTo(HttpClient.Version.HTTP_2);
                assertThat(got.statusCode()).isEqualTo(200);
                assertThat(got.body()).isEqualTo("shop");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"clear", "secure"})
    void h2specFindsNothing(String listener) throws Exception {
        Path report = directory.resolve("h2spec-" + listener + ".xml");
        List<String> options =
                new ArrayList<>(
                        List.of(
                                "-h",
                                "127.0.0.1",
                                "-p",
                                Integer.toString(port(listener)),
                                // Seconds for an answer; two by itself.
                                "-o",
                                "60",
                                "-j",
                                report.toString()));
        if (listener.equals("secure")) {
            options.addAll(List.of("-t", "-k"));
        }
        String output = Daemon.run(h2spec(), options.toArray(new String[0]));
        List<String> failed = new ArrayList<>();
        NodeList cases =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(report.toFile())
                        .getElementsByTagName("testcase");
        for (int i = 0; i < cases.getLength(); i++) {
            Element each = (Element) cases.item(i);
            if (each.getElementsByTagName("failure").getLength() > 0
                    || each.getElementsByTagName("error").getLength() > 0) {
                failed.add(each.getAttribute("package") + " " + each.getAttribute("classname"));
            }
        }
        assertThat(cases.getLength()).as(output).isGreaterThan(140);
        // A port in the clear serves HTTP/1.1 as well: what begins in another way is a bad request
        // of that, and is answered as such.
        List<String> excepted =
                listener.equals("clear")
                        ? List.of("http2/3.5 Sends invalid connection preface")
                        : List.of();
        assertThat(failed).as(output).isSubsetOf(excepted);
    }
}
