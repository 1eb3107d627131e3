package io.sluice.dataplane.l7.stream;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.sluice.dataplane.l7.filter.FilterChain;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Objects;

final class HttpsOptionsTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    private static HttpSpec spec(boolean redirect, int port, String hsts) {
        HttpSpec plain = ProxyFixture.spec();
        return new HttpSpec(
                plain.timeouts(),
                plain.headLimits(),
                plain.bodyBytesMax(),
                plain.connectionsMax(),
                Objects.requireNonNull(Networks.parse(List.of("127.0.0.0/8"))),
                plain.additions(),
                true,
                new HttpSpec.Https(redirect, port, hsts.getBytes(US_ASCII)),
                plain.h2c(),
                plain.http2Limits(),
                false);
    }

    @ParameterizedTest
    @CsvSource({
        "443, shop.example, https://shop.example/a?b=c",
        "443, shop.example:8080, https://shop.example/a?b=c",
        "8443, shop.example:8080, https://shop.example:8443/a?b=c",
        "443, [::1]:8080, https://[::1]/a?b=c",
        "443, [::1], https://[::1]/a?b=c",
    })
    void redirectsWhatComesInTheClear(int port, String host, String location) throws Exception {
        try (ProxyFixture proxy = new ProxyFixture(spec(true, port, ""));
                RawClient client = proxy.client()) {
            client.write("POST /a?b=c HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.readResponse())
                    .startsWith("HTTP/1.1 308 ")
                    .contains("Location: " + location + "\r\n");
            assertThat(proxy.record().status()).isEqualTo(308);
        }
    }

    @Test
    void servesWhatATrustedProxyTookByTls() throws Exception {
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> OK);
                ProxyFixture proxy = new ProxyFixture(spec(true, 443, "max-age=60"));
                RawClient client = proxy.client()) {
            proxy.forwardAll(
                    proxy.cluster("up", upstream.address()),
                    ProxyFixture.TIMEOUTS,
                    FilterChain.EMPTY);
            client.write("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: https\r\n\r\n");
            assertThat(client.readResponse())
                    .startsWith("HTTP/1.1 200 ")
                    .contains("Strict-Transport-Security: max-age=60\r\n");
            client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse())
                    .startsWith("HTTP/1.1 308 ")
                    .doesNotContain("Strict-Transport-Security");
        }
    }

    @Test
    void keepsWhatTheUpstreamSaysOfItself() throws Exception {
        String own =
                "HTTP/1.1 200 OK\r\n"
                        + "strict-transport-security: max-age=1\r\n"
                        + "Content-Length: 0\r\n\r\n";
        try (ScriptedUpstream upstream = ScriptedUpstream.replying(head -> own);
                ProxyFixture proxy = new ProxyFixture(spec(false, 443, "max-age=60"));
                RawClient client = proxy.client()) {
            proxy.forwardAll(
                    proxy.cluster("up", upstream.address()),
                    ProxyFixture.TIMEOUTS,
                    FilterChain.EMPTY);
            client.write("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: https\r\n\r\n");
            assertThat(client.readResponse())
                    .contains("max-age=1\r\n")
                    .doesNotContain("max-age=60");
        }
    }
}
