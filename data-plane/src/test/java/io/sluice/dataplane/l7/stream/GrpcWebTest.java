package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.sluice.dataplane.cluster.endpoint.UpstreamProtocol;
import io.sluice.dataplane.l7.filter.FilterChain;
import io.sluice.dataplane.l7.route.Route;
import io.sluice.dataplane.telemetry.AccessRecord;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** gRPC-Web on the client's side, gRPC on the upstream's. */
@SuppressWarnings("StringConcatToTextBlock") // line breaks are the point
final class GrpcWebTest {
    private static final String MESSAGE = "\0\0\0\0\3abc";
    private static final String TRAILERS = "\u0080\0\0\0\42grpc-status:0\r\ngrpc-message:fine\r\n";

    private interface Script {
        void run(Http2Peer peer, int id) throws IOException;
    }

    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

    /** Notes what it gets; answers when the request is complete. */
    private ScriptedUpstream upstream(Script answer) throws IOException {
        return new ScriptedUpstream(
                (peer, connection) -> {
                    Http2Peer http2 = new Http2Peer(peer);
                    StringBuilder all = new StringBuilder();
                    while (true) {
                        Http2Peer.Frame frame = http2.next();
                        all.append(frame.text().isEmpty() ? frame.payload() : frame.text());
                        if (frame.ends()) {
                            received.add(all.toString());
                            all.setLength(0);
                            answer.run(http2, frame.id());
                        }
                    }
                });
    }

    private static void answer(Http2Peer peer, int id) throws IOException {
        peer.headers(id, false, ":status", "200", "content-type", "application/grpc+proto");
        peer.data(id, MESSAGE, false);
        peer.headers(id, true, "grpc-status", "0", "grpc-message", "fine");
    }

    private static HttpSpec spec() {
        HttpSpec plain = ProxyFixture.spec();
        return ProxyFixture.spec(plain.bodyBytesMax(), plain.additions(), plain.https(), true);
    }

    private static ProxyFixture before(HttpSpec spec, ScriptedUpstream upstream) {
        ProxyFixture proxy = new ProxyFixture(spec);
        proxy.forwardAll(
                proxy.cluster("up", UpstreamProtocol.H2, ProxyFixture.addresses(upstream)),
                ProxyFixture.TIMEOUTS,
                FilterChain.EMPTY);
        return proxy;
    }

    private String received() throws InterruptedException {
        String next = received.poll(60, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing came");
        }
        return next;
    }

    private static String base64(String content) {
        return Base64.getEncoder().encodeToString(content.getBytes(ISO_8859_1));
    }

    @Test
    void becomesGrpcAndComesBackWithItsTrailersInTheBody() throws Exception {
        try (ScriptedUpstream upstream = upstream(GrpcWebTest::answer);
                ProxyFixture proxy = before(spec(), upstream);
                RawClient client = proxy.client()) {
            client.write(
                    "POST /shop.Cart/Add HTTP/1.1\r\nHost: a\r\n"
                            + "Content-Type: application/grpc-web+proto\r\n"
                            + "Content-Length: 8\r\n\r\n"
                            + MESSAGE);
            String response = client.readResponse();
            assertThat(response)
                    .startsWith("HTTP/1.1 200 ")
                    .contains("Content-Type: application/grpc-web+proto\r\n")
                    .contains("Transfer-Encoding: chunked\r\n")
                    .contains("8\r\n" + MESSAGE + "\r\n")
                    .contains(TRAILERS)
                    .doesNotContain("application/grpc+proto");
            assertThat(received())
                    .contains("content-type: application/grpc+proto\n")
                    .contains("te: trailers\n")
                    .contains("content-length: 8\n")
                    .endsWith(MESSAGE);
            AccessRecord record = proxy.record();
            assertThat(record.grpcStatus()).isZero();
            assertThat(record.status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/grpc-web-text", "application/grpc-web-text-base64"})
    void isDecodedAndEncodedPieceByPiece(String type) throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        Script streaming =
                (peer, id) -> {
                    peer.headers(id, false, ":status", "200", "content-type", "application/grpc");
                    peer.data(id, MESSAGE, false);
                    try {
                        assertThat(seen.await(60, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                    peer.data(id, MESSAGE, false);
                    peer.headers(id, true, "grpc-status", "0", "grpc-message", "fine");
                };
        try (ScriptedUpstream upstream = upstream(streaming);
                ProxyFixture proxy = before(spec(), upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            int id = client.post("/shop.Cart/Watch", "content-type", type);
            String text = base64(MESSAGE) + base64(MESSAGE);
            client.data(id, text.substring(0, 5), false);
            client.data(id, text.substring(5, 6), false);
            client.data(id, text.substring(6), true);
            assertThat(received())
                    .contains("content-type: application/grpc\n")
                    .endsWith(MESSAGE + MESSAGE);
            Http2Client.Response response = client.stream(id);
            while (response.body.size() == 0) {
                client.readAndAct();
            }
            // The upstream goes on only now: nothing was held for more.
            assertThat(response.text()).isEqualTo(base64(MESSAGE));
            seen.countDown();
            client.response(id);
            assertThat(response.text())
                    .isEqualTo(base64(MESSAGE) + base64(MESSAGE) + base64(TRAILERS));
            assertThat(response.fields).containsEntry("content-type", "application/grpc-web-text");
            assertThat(response.trailers).isEmpty();
        }
    }

    @Test
    void hearsOfFailuresInItsOwnTerms() throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(spec());
                Http2Client client = new Http2Client(proxy.address())) {
            proxy.use(Route.NONE);
            int id = client.post("/x", "content-type", "application/grpc-web-text+proto");
            Http2Client.Response response = client.response(id);
            assertThat(response.status).isEqualTo("200");
            assertThat(response.fields)
                    .containsEntry("content-type", "application/grpc-web-text+proto")
                    .containsEntry("grpc-status", "12");
            assertThat(proxy.record().reason()).isEqualTo("NO_ROUTE");
        }
    }

    @Test
    void isRefusedWhereItIsNoBase64() throws Exception {
        for (String body : new String[] {"AA*A", "AAAAA"}) {
            try (ScriptedUpstream upstream = upstream(GrpcWebTest::answer);
                    ProxyFixture proxy = before(spec(), upstream);
                    Http2Client client = new Http2Client(proxy.address())) {
                int id = client.post("/x", "content-type", "application/grpc-web-text");
                client.data(id, body, true);
                assertThat(client.response(id).fields)
                        .containsEntry("grpc-status", "13")
                        .containsEntry("sluice-reason", "BAD_BODY");
                assertThat(proxy.record().reason()).isEqualTo("BAD_BODY");
            }
        }
    }

    @Test
    void passesWhatIsNoGrpcResponse() throws Exception {
        Script html =
                (peer, id) -> {
                    peer.headers(id, false, ":status", "503", "content-type", "text/html");
                    peer.data(id, "busy", true);
                };
        try (ScriptedUpstream upstream = upstream(html);
                ProxyFixture proxy = before(spec(), upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            int id = client.post("/x", "content-type", "application/grpc-web-text");
            client.data(id, "", true);
            Http2Client.Response response = client.response(id);
            assertThat(response.status).isEqualTo("503");
            assertThat(response.text()).isEqualTo("busy");
            assertThat(response.fields).containsEntry("content-type", "text/html");
        }
    }

    @Test
    void isLeftAloneUnlessAskedFor() throws Exception {
        try (ScriptedUpstream upstream = upstream(GrpcWebTest::answer);
                ProxyFixture proxy = before(ProxyFixture.spec(), upstream);
                Http2Client client = new Http2Client(proxy.address())) {
            int id = client.post("/x", "content-type", "application/grpc-web-text");
            client.data(id, base64(MESSAGE), true);
            Http2Client.Response response = client.response(id);
            assertThat(received())
                    .contains("content-type: application/grpc-web-text\n")
                    .endsWith(base64(MESSAGE));
            assertThat(response.text()).isEqualTo(MESSAGE);
            assertThat(response.trailers).containsEntry("grpc-status", "0");
        }
    }
}
