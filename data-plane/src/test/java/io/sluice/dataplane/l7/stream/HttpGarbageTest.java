package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.l7.filter.FilterChain;
import io.sluice.dataplane.l7.route.ExchangeTimeouts;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Clients and upstreams that send nonsense: the node answers or closes, and serves on. */
@SuppressWarnings("StringConcatToTextBlock") // line breaks are the point
final class HttpGarbageTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private static String spoiled(String text, Random random) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Test
    void servesOnAfterNonsenseFromBothSides() throws Exception {
        Random random = new Random(5);
        String requests =
                "POST /a HTTP/1.1\r\n"
                        + "Host: a\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n"
                        + "5\r\n"
                        + "hello\r\n"
                        + "0\r\n\r\n"
                        + "POST /b HTTP/1.1\r\n"
                        + "Host: a\r\n"
                        + "Content-Length: 5\r\n\r\n"
                        + "hello"
                        + GET;
        String responses =
                "HTTP/1.1 103 Hints\r\n"
                        + "A: b\r\n\r\n"
                        + "HTTP/1.1 200 OK\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n"
                        + "5\r\n"
                        + "hello\r\n"
                        + "0\r\n"
                        + "T: 1\r\n\r\n";
        try (ScriptedUpstream upstream =
                        new ScriptedUpstream(
                                (peer, n) -> {
                                    Random own = new Random(n);
                                    while (!peer.readHead().isEmpty()) {
                                        peer.write(spoiled(responses, own));
                                        if (own.nextInt(4) == 0) {
                                            return;
                                        }
                                    }
                                });
                ScriptedUpstream good = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = new ProxyFixture(ProxyFixture.spec())) {
            proxy.forwardAll(
                    proxy.cluster("bad", upstream.address()),
                    // Nonsense may look like a body that never ends.
                    new ExchangeTimeouts(100_000_000, 100_000_000, 0),
                    FilterChain.EMPTY);
            for (int i = 0; i < 200; i++) {
                try (RawClient client = proxy.client()) {
                    String sent = spoiled(requests, random);
                    int split = random.nextInt(sent.length());
                    client.write(sent.substring(0, split));
                    client.write(sent.substring(split));
                    client.shutdownOutput();
                    assertThat(client.readAll()).doesNotContain("<TIMEOUT>");
                } catch (IOException closedMeanwhile) {
                    // The node need not read what follows a bad head.
                    assertThat(closedMeanwhile).isInstanceOf(java.net.SocketException.class);
                }
            }
            proxy.forwardAll(
                    proxy.cluster("good", good.address()),
                    ProxyFixture.TIMEOUTS,
                    FilterChain.EMPTY);
            try (RawClient client = proxy.client()) {
                client.write(GET);
                assertThat(client.readResponse()).isEqualTo(OK);
            }
        }
    }
}
