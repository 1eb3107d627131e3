package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** What tests say and expect to hear on the sockets at both sides of a node. */
final class PlainSockets {
    private PlainSockets() {}

    /** Sends a request. */
    static void get(Socket client) throws IOException {
        say(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    /** The server answers, and the client has that as the last of its connection. */
    static void assertEndsWithItsResponse(Socket server, Socket client) throws IOException {
        say(server, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        String response =
                new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(response).startsWith("HTTP/1.1 200").contains("close");
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Nothing more comes; a reset is an end as well. */
    static void assertEnds(Socket socket) throws IOException {
        try {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        } catch (SocketException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
    }
}
