package io.sluice.controlplane.api;

import com.google.protobuf.Descriptors.Descriptor;

import io.sluice.proto.SoftwareVersion;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.v1.CertificateConfig;
import io.sluice.proto.resource.v1.ClusterConfig;
import io.sluice.proto.resource.v1.ListenerConfig;
import io.sluice.proto.resource.v1.RouteConfig;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * {@code openapi.json} (OpenAPI 3.1), made from the operations that the router serves and the
 * specs' descriptors.
 */
final class OpenApi {
    private static final String TEMPLATE = "/api/v1/openapi.json";

    private final List<RestOperation> operations;
    private @Nullable Reply made;

    private OpenApi(List<RestOperation> operations) {
        this.operations = operations;
    }

    /** The operation that serves the document of all others and itself. */
    static List<RestOperation> operations(List<RestOperation> others) {
        List<RestOperation> all = new ArrayList<>(others);
        OpenApi document = new OpenApi(all);
        RestOperation own = operation(call -> document.reply());
        all.add(own);
        return List.of(own);
    }

    /** Made when first asked for: a start does not wait for it. */
    private synchronized Reply reply() {
        if (made == null) {
            made = Reply.ok(document(operations));
        }
        return made;
    }

    private static RestOperation operation(Function<Call, Reply> handler) {
        return RestOperation.get(TEMPLATE, "getOpenApi", "This document.")
                .answers(200, "OpenAPI 3.1.", Json.object().put("type", "object"))
                .blocking(handler);
    }

    static Json document(List<RestOperation> operations) {
        Map<String, Json> paths = new LinkedHashMap<>();
        for (RestOperation operation : operations) {
            paths.computeIfAbsent(operation.template(), template -> Json.object())
                    .put(operation.method().name().toLowerCase(Locale.ROOT), one(operation));
        }
        Json pathsJson = Json.object();
        paths.forEach(pathsJson::put);
        return Json.object()
                .put("openapi", "3.1.0")
                .put(
                        "info",
                        Json.object()
                                .put("title", "Sluice control plane")
                                .put("version", SoftwareVersion.current())
                                .put(
                                        "description",
                                        "Bodies are JSON or YAML, as Content-Type and Accept say;"
                                            + " JSON by default. Refusals are"
                                            + " application/problem+json (RFC 9457) and list all"
                                            + " problems. A query parameter that an operation does"
                                            + " not take is refused. Every answer carries"
                                            + " Sluice-Revision."))
                .put("servers", List.of(Json.object().put("url", "/")))
                .put("paths", pathsJson)
                .put("components", Json.object().put("schemas", schemas()));
    }

    private static Json one(RestOperation operation) {
        Json json =
                Json.object()
                        .put("operationId", operation.id())
                        .put("summary", operation.summary());
        if (!operation.parameters().isEmpty()) {
            json.put(
                    "parameters", operation.parameters().stream().map(OpenApi::parameter).toList());
        }
        RestOperation.Content request = operation.request();
        if (request != null) {
            json.put("requestBody", Json.object().put("content", content(request)));
        }
        Json answers = Json.object();
        for (RestOperation.Answer answer : operation.answers()) {
            answers.put(
                    Integer.toString(answer.status()),
                    answer(answer.description(), answer.content()));
        }
        RestOperation.Content problem =
                new RestOperation.Content(
                        List.of(ProblemJson.MEDIA_TYPE), Schemas.ref("ProblemDocument"));
        return json.put(
                "responses", answers.put("default", answer("A refusal, or a fault.", problem)));
    }

    private static Json parameter(Parameter parameter) {
        String type =
                switch (parameter.type()) {
                    case TEXT, DURATION -> "string";
                    case INTEGER -> "integer";
                    case BOOLEAN -> "boolean";
                };
        return Json.object()
                .put("name", parameter.name())
                .put("in", parameter.place().name().toLowerCase(Locale.ROOT))
                .put("required", parameter.place() == Parameter.Place.PATH)
                .put("description", parameter.description())
                .put("schema", Json.object().put("type", type));
    }

    private static Json answer(String description, RestOperation.@Nullable Content content) {
        Json json = Json.object().put("description", description);
        return content == null ? json : json.put("content", content(content));
    }

    private static Json content(RestOperation.Content content) {
        Json types = Json.object();
        content.mediaTypes()
                .forEach(type -> types.put(type, Json.object().put("schema", content.schema())));
        return types;
    }

    private static Json schemas() {
        Map<String, Json> all = new TreeMap<>(Schemas.all());
        for (Kind kind : Kind.values()) {
            Descriptor spec = spec(kind);
            SpecSchemas.add(spec, all);
            all.put(kind.title(), resource(kind, spec));
        }
        Json schemas = Json.object();
        all.forEach(schemas::put);
        return schemas;
    }

    private static Descriptor spec(Kind kind) {
        return switch (kind) {
            case LISTENER -> ListenerConfig.getDescriptor();
            case ROUTE -> RouteConfig.getDescriptor();
            case CLUSTER -> ClusterConfig.getDescriptor();
            case CERTIFICATE -> CertificateConfig.getDescriptor();
        };
    }

    private static Json resource(Kind kind, Descriptor spec) {
        Map<String, Json> fields = new TreeMap<>();
        fields.put("kind", Json.object().put("const", kind.title()));
        fields.put(
                "name",
                Schemas.text("Unique among its kind.")
                        .put("pattern", "^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$"));
        fields.put("labels", Schemas.map("For the operator."));
        fields.put("spec", Schemas.ref(SpecSchemas.name(spec)));
        fields.put(
                "revision",
                Schemas.integer("The last one that changed it; ignored in writes.")
                        .put("readOnly", true));
        fields.put("createTime", Schemas.time("Ignored in writes.").put("readOnly", true));
        fields.put("updateTime", Schemas.time("Ignored in writes.").put("readOnly", true));
        fields.put(
                "etag",
                Schemas.text("A digest of labels and spec; ignored in writes.")
                        .put("readOnly", true));
        fields.put(
                "status",
                Json.object()
                        .put("type", "object")
                        .put("description", "Ignored in writes.")
                        .put("readOnly", true));
        return Schemas.object(
                "A " + kind.singular() + ".", fields, List.of("kind", "name", "spec"));
    }
}
