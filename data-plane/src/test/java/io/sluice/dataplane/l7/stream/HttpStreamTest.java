package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class HttpStreamTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    @Test
    void passesARequestAndItsResponse() throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = ProxyFixture.before(upstream);
                RawClient client = proxy.client()) {
            client.write("GET /a?b=c HTTP/1.1\r\nHost: shop.example\r\nX-Own: 1\r\n\r\n");
            assertThat(client.readResponse()).isEqualTo(OK);
            String head = upstream.heads.getFirst();
            assertThat(head)
                    .startsWith("GET /a?b=c HTTP/1.1\r\nHost: shop.example\r\nX-Own: 1\r\n")
                    .contains("X-Forwarded-For: 127.0.0.1\r\n")
                    .contains("X-Forwarded-Proto: http\r\n")
                    .contains("X-Forwarded-Host: shop.example\r\n")
                    .contains("Via: 1.1 sluice\r\n")
                    .containsPattern("X-Request-Id: [0-9a-f]{32}\r\n");
            assertThat(proxy.record().status()).isEqualTo(200);
        }
    }
}
