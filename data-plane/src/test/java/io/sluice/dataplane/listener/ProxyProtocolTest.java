package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.dataplane.net.Transport;
import io.sluice.dataplane.telemetry.AccessRecord;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

class ProxyProtocolTest {
    private static final String HEADER = "PROXY TCP4 192.0.2.7 10.0.0.1 4711 443\r\n";

    private static String config(String timeout, boolean required, String echo, String version) {
        return """
        kind: Listener
        name: l4
        spec:
          address: 127.0.0.1:0
          handshakeTimeout: %s
          proxyProtocol: { from: [127.0.0.1], required: %s }
          access: { deny: [192.0.2.66] }
          tcp:
            rules:
              - name: known
                match: { sources: [192.0.2.0/24] }
                forward: { cluster: echo }
              - name: others
                forward: { cluster: other }
        ---
        kind: Cluster
        name: echo
        spec: { endpoints: [{ address: "%s" }], proxyProtocol: %s }
        ---
        kind: Cluster
        name: other
        spec: { endpoints: [{ address: "%s" }] }
        """
                .formatted(timeout, required, echo, version, echo);
    }

    @Test
    void takesTheHeadersAddressForTheClientHoweverItIsCut() throws Exception {
        try (var upstream = new EchoServer("");
                var node = new NodeFixture(Transport.AUTO)) {
            node.configure(config("10s", true, upstream.address(), "v1"));
            byte[] bytes = (HEADER + "hello").getBytes(StandardCharsets.US_ASCII);
            for (int cut : new int[] {1, 5, 6, 20, HEADER.length(), bytes.length}) {
                try (Socket client = node.connect("l4")) {
                    client.setTcpNoDelay(true);
                    client.getOutputStream().write(bytes, 0, cut);
                    client.getOutputStream().flush();
                    client.getOutputStream().write(bytes, cut, bytes.length - cut);
                    client.shutdownOutput();
                    // What the endpoint echoes begins with the header that the node made for it.
                    String port = Integer.toString(node.address("l4").port());
                    assertThat(text(client))
                            .isEqualTo("PROXY TCP4 192.0.2.7 127.0.0.1 4711 " + port + "\r\nhello");
                }
                AccessRecord record = node.nextRecord();
                assertThat(record.client()).isEqualTo("192.0.2.7:4711");
                assertThat(record.rule()).isEqualTo("listener:l4/known");
            }
        }
    }

    @Test
    void sendsVersion2WithWhatCame() throws Exception {
        try (var upstream = new EchoServer("");
                var node = new NodeFixture(Transport.AUTO)) {
            node.configure(config("10s", true, upstream.address(), "v2"));
            // PROXY, TCP over IPv4, 192.0.2.7:4711 to 10.0.0.1:443, one vector of type 0xe0.
            byte[] head = {
                0x0d,
                0x0a,
                0x0d,
                0x0a,
                0x00,
                0x0d,
                0x0a,
                0x51,
                0x55,
                0x49,
                0x54,
                0x0a,
                0x21,
                0x11,
                0,
                17,
                (byte) 192,
                0,
                2,
                7,
                10,
                0,
                0,
                1,
                0x12,
                0x67,
                1,
                (byte) 187,
                (byte) 0xe0,
                0,
                2,
                'm',
                'e'
            };
            try (Socket client = node.connect("l4")) {
                client.getOutputStream().write(head);
                client.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
                client.shutdownOutput();
                String echoed = text(client);
                assertThat(echoed)
                        .startsWith("\r\n\r\n\0\r\nQUIT\n!\u0011")
                        .contains("\u00c0\0\2\7", "\u00e0\0\2me", "\5\0\20", "\3\0\4")
                        .endsWith("hello");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET / HTTP/1.1 | PROXY_HEADER_MISSING",
                "PROXY TCP4 1 2 3 4 | PROXY_HEADER_BAD",
                "PROXY TCP4 192.0.2.66 10.0.0.1 4711 443 | ACCESS_DENIED"
            })
    void closesWithoutAProperHeader(String line, String reason) throws Exception {
        try (var upstream = new EchoServer("");
                var node = new NodeFixture(Transport.AUTO)) {
            node.configure(config("10s", true, upstream.address(), "v1"));
            try (Socket client = node.connect("l4")) {
                client.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
                assertThat(client.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(node.nextRecord().reason()).isEqualTo(reason);
            assertThat(upstream.connections).hasValue(0);
        }
    }

    @Test
    void closesWhoIsTooSlow() throws Exception {
        try (var upstream = new EchoServer("");
                var node = new NodeFixture(Transport.AUTO)) {
            node.configure(config("50ms", true, upstream.address(), "v1"));
            try (Socket client = node.connect("l4")) {
                client.getOutputStream().write("PROXY TCP4 ".getBytes(StandardCharsets.US_ASCII));
                assertThat(ends(client)).isTrue();
            }
            assertThat(node.nextRecord().reason()).isEqualTo("HANDSHAKE_TIMEOUT");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PROXY UNKNOWN\r\nhello", "hello"})
    void defersToThePeerWhereNobodyIsToldOrNoHeaderIsRequired(String bytes) throws Exception {
        try (var upstream = new EchoServer("");
                var node = new NodeFixture(Transport.AUTO)) {
            node.configure(config("10s", false, upstream.address(), "v1"));
            try (Socket client = node.connect("l4")) {
                client.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
                client.shutdownOutput();
                assertThat(text(client)).isEqualTo("hello");
            }
            AccessRecord record = node.nextRecord();
            assertThat(record.client()).startsWith("127.0.0.1:");
            assertThat(record.rule()).isEqualTo("listener:l4/others");
        }
    }

    @Test
    void believesOnlyTheNetworksItIsToldOf() throws Exception {
        try (var upstream = new EchoServer("");
                var node = new NodeFixture(Transport.AUTO)) {
            node.configure(config("10s", true, upstream.address(), "v1"));
            try (var client = new Socket()) {
                client.setSoTimeout(NodeFixture.SOCKET_TIMEOUT_MILLIS);
                client.bind(new InetSocketAddress("127.0.0.2", 0));
                client.connect(
                        new InetSocketAddress(
                                InetAddress.getLoopbackAddress(), node.address("l4").port()));
                client.getOutputStream().write(HEADER.getBytes(StandardCharsets.US_ASCII));
                assertThat(client.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(upstream.connections).hasValue(0);
            AccessRecord record = node.nextRecord();
            assertThat(record.reason()).isEqualTo("PROXY_PEER_UNTRUSTED");
            assertThat(record.client()).startsWith("127.0.0.2:");
        }
    }

    private static boolean ends(Socket client) {
        try {
            return client.getInputStream().read() < 0;
        } catch (IOException e) {
            // A reset is an end as well.
            return true;
        }
    }

    private static String text(Socket client) throws IOException {
        return new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
}
