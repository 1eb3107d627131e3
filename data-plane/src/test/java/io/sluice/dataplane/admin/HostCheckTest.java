package io.sluice.dataplane.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostCheckTest {
    private final HostCheck check = new HostCheck("node.example");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1:7080",
                "127.0.0.1",
                "[::1]:7080",
                "[::1]",
                "localhost:7080",
                "LocalHost",
                "node.example:7080"
            })
    void letsToolsIn(String host) {
        assertThat(check.refuse(request(host))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example:7080",
                "evil.example",
                "127.0.0.1.evil.example",
                "",
                "a b",
                "localhost:x"
            })
    void keepsReboundNamesOut(String host) {
        assertThat(check.refuse(request(host))).isNotNull();
    }

    @Test
    void needsExactlyOneHost() {
        HttpRequest none = request("127.0.0.1");
        none.headers().remove(HttpHeaderNames.HOST);
        assertThat(check.refuse(none)).isNotNull();
        HttpRequest two = request("127.0.0.1");
        two.headers().add(HttpHeaderNames.HOST, "127.0.0.1");
        assertThat(check.refuse(two)).isNotNull();
    }

    @Test
    void keepsOtherSitesOut() {
        HttpRequest crossSite = request("127.0.0.1:7080");
        crossSite.headers().set(HttpHeaderNames.ORIGIN, "http://evil.example");
        assertThat(check.refuse(crossSite)).isNotNull();
        HttpRequest sameSite = request("127.0.0.1:7080");
        sameSite.headers().set(HttpHeaderNames.ORIGIN, "http://127.0.0.1:7080");
        assertThat(check.refuse(sameSite)).isNull();
    }

    private static HttpRequest request(String host) {
        HttpRequest request =
                new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/drain");
        request.headers().set(HttpHeaderNames.HOST, host);
        return request;
    }
}
