package io.sluice.controlplane.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

final class OpenApiTest {
    private static RestFixture rest;
    private static JsonObject document;

    @BeforeAll
    static void open(@TempDir Path path) {
        rest = new RestFixture(path);
        document = rest.get("/api/v1/openapi.json").json();
    }

    @AfterAll
    static void close() {
        rest.close();
    }

    @Test
    void documentAndRouterHaveTheSameOperations() {
        Set<String> documented = new TreeSet<>();
        JsonObject paths = document.getJsonObject("paths");
        for (String path : paths.fieldNames()) {
            paths.getJsonObject(path)
                    .fieldNames()
                    .forEach(method -> documented.add(method + " " + path));
        }
        Set<String> served = new TreeSet<>();
        Set<String> routed = new TreeSet<>(rest.server.routeNames());
        for (RestOperation operation : rest.server.operations()) {
            served.add(
                    operation.method().name().toLowerCase(Locale.ROOT)
                            + " "
                            + operation.template());
            assertThat(routed.remove(operation.id())).as(operation.id()).isTrue();
        }
        assertThat(documented).isEqualTo(served);
        assertThat(routed).as("routes without operation").isEmpty();
    }

    @Test
    void whatTheDesignNamesIsThere() {
        assertThat(document.getString("openapi")).startsWith("3.1");
        assertThat(document.getJsonObject("paths").fieldNames())
                .contains(
                        "/api/v1/listeners",
                        "/api/v1/routes/{name}",
                        "/api/v1/clusters",
                        "/api/v1/certificates/{name}",
                        "/api/v1/changesets",
                        "/api/v1/nodes",
                        "/api/v1/nodes/{name}:drain",
                        "/api/v1/revisions",
                        "/api/v1/revisions/{revision}",
                        "/api/v1/revisions/{from}..{to}/diff",
                        "/api/v1/revisions/{revision}:rollback",
                        "/api/v1/routes/{name}:weights",
                        "/api/v1/listeners/{name}:weights",
                        "/api/v1/canaries",
                        "/api/v1/stats",
                        "/api/v1/status",
                        "/api/v1/events",
                        "/api/v1/backup",
                        "/api/v1/openapi.json",
                        "/livez",
                        "/readyz",
                        "/metrics");
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        Set<String> references = new HashSet<>();
        collect(document, references);
        Set<String> schemas =
                document.getJsonObject("components").getJsonObject("schemas").fieldNames();
        assertThat(references)
                .isNotEmpty()
                .allSatisfy(
                        reference -> {
                            assertThat(reference).startsWith("#/components/schemas/");
                            assertThat(schemas)
                                    .contains(
                                            reference.substring("#/components/schemas/".length()));
                        });
        assertThat(schemas)
                .allSatisfy(
                        name -> assertThat(references).contains("#/components/schemas/" + name));
    }

    @Test
    void operationIdsAreUniqueAndPathParametersNamed() {
        Set<String> ids = new HashSet<>();
        for (RestOperation operation : rest.server.operations()) {
            assertThat(ids.add(operation.id())).as(operation.id()).isTrue();
            Set<String> inPath = new HashSet<>();
            java.util.regex.Matcher matcher =
                    java.util.regex.Pattern.compile("\\{(\\w+)}").matcher(operation.template());
            while (matcher.find()) {
                inPath.add(matcher.group(1));
            }
            Set<String> declared = new HashSet<>();
            operation.parameters().stream()
                    .filter(parameter -> parameter.place() == Parameter.Place.PATH)
                    .forEach(parameter -> declared.add(parameter.name()));
            assertThat(declared).as(operation.id()).isEqualTo(inPath);
        }
    }

    @Test
    void specsComeFromTheirDescriptors() {
        JsonObject schemas = document.getJsonObject("components").getJsonObject("schemas");
        JsonObject listener = schemas.getJsonObject("ListenerConfig").getJsonObject("properties");
        assertThat(listener.fieldNames()).contains("address", "nodeSelector", "http", "tcp");
        JsonObject key =
                schemas.getJsonObject("CertificateConfig")
                        .getJsonObject("properties")
                        .getJsonObject("privateKey");
        assertThat(key.getBoolean("writeOnly")).isTrue();
        JsonObject retry =
                schemas.getJsonObject("RetrySpec").getJsonObject("properties").getJsonObject("on");
        assertThat(retry.getJsonObject("items").getJsonArray("enum"))
                .isEqualTo(new JsonArray().add("connect").add("reset").add("timeout"));
    }

    private static void collect(Object node, Set<String> references) {
        if (node instanceof JsonObject object) {
            object.forEach(
                    field -> {
                        if (field.getKey().equals("$ref")) {
                            references.add((String) field.getValue());
                        }
                        collect(field.getValue(), references);
                    });
        } else if (node instanceof JsonArray array) {
            array.forEach(item -> collect(item, references));
        }
    }
}
