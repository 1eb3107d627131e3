package io.sluice.controlplane.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

final class BodyBudgetTest {
    private static final int LARGE_BYTES = 8 * 1024 * 1024;

    @Test
    @Timeout(300)
    void manyLargeBodiesAreRefusedBeforeTheyFillTheMemory(@TempDir Path path) throws IOException {
        try (RestFixture rest = new RestFixture(path)) {
            List<Socket> slow = new ArrayList<>();
            for (int i = 0; i < BodyBudget.BODIES_BYTES_MAX / LARGE_BYTES; i++) {
                slow.add(announce(rest));
            }
            RestFixture.Answer refused = put(rest);
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.json().getString("code")).isEqualTo("BUSY");
            assertThat(rest.get("/api/v1/status").status()).isEqualTo(200);

            for (Socket socket : slow) {
                socket.close();
            }
            int status = put(rest).status();
            while (status == 503) { // until the server has seen the ends
                status = put(rest).status();
            }
            assertThat(status).isEqualTo(201);
        }
    }

    private static RestFixture.Answer put(RestFixture rest) {
        return rest.send(
                "PUT",
                "/api/v1/clusters/a",
                RestFixture.CLUSTER,
                "Content-Type",
                "application/json");
    }

    /** A request whose body does not come; returns when the server waits for it. */
    private static Socket announce(RestFixture rest) throws IOException {
        Socket socket = new Socket(rest.address.getAddress(), rest.address.getPort());
        String head =
                "POST /api/v1/changesets HTTP/1.1\r\nHost: localhost\r\nContent-Type:"
                        + " application/json\r\nExpect: 100-continue\r\nContent-Length: "
                        + LARGE_BYTES
                        + "\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        InputStream in = socket.getInputStream();
        assertThat(new String(in.readNBytes(12), StandardCharsets.US_ASCII))
                .isEqualTo("HTTP/1.1 100");
        return socket;
    }
}
