package io.sluice.controlplane.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.controlplane.api.RestFixture.Answer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;

final class BackupApiTest {
    @Test
    void downloadIsTheWholeBackup(@TempDir Path path) throws IOException, InterruptedException {
        try (RestFixture rest = new RestFixture(path)) {
            StringBuilder yaml =
                    new StringBuilder("kind: Cluster\nname: big\nspec:\n  endpoints:\n");
            for (int i = 0; i < 5_000; i++) {
                yaml.append("    - { address: \"host-").append(i).append(".example:80\" }\n");
            }
            rest.apply(yaml.toString());
            HttpResponse<byte[]> response =
                    rest.client.send(
                            rest.request("/api/v1/backup").POST(BodyPublishers.noBody()).build(),
                            BodyHandlers.ofByteArray());
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("Content-Disposition").orElse(""))
                    .contains("sluice-1.backup");
            ByteArrayOutputStream expected = new ByteArrayOutputStream();
            rest.store.backup(expected);
            assertThat(response.body().length).isEqualTo(expected.size());
        }
    }

    @Test
    void storeThatIsAwayIs503BeforeAnyByte(@TempDir Path path) {
        try (RestFixture rest = new RestFixture(path)) {
            rest.apply("kind: Cluster\nname: a\nspec: { endpoints: [] }\n");
            rest.store.close();
            Answer backup = rest.send("POST", "/api/v1/backup", "");
            assertThat(backup.status()).isEqualTo(503);
            Answer write = rest.send("PUT", "/api/v1/clusters/a", RestFixture.CLUSTER);
            assertThat(write.status()).isEqualTo(503);
            assertThat(write.json().getString("code")).isEqualTo("STORE_UNAVAILABLE");
            assertThat(write.header("Retry-After")).isNotEmpty();
            assertThat(rest.get("/api/v1/clusters").status())
                    .as("reads are from memory")
                    .isEqualTo(200);
        }
    }
}
