package io.sluice.proto.resource;

import java.util.LinkedHashMap;
import java.util.Map;

/** A resource as a tree. */
final class ResourceWriter {
    private ResourceWriter() {}

    static TextNode write(Resource resource, Extras extras, boolean withSecrets) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("kind", resource.kind().title());
        fields.put("name", resource.name());
        if (!resource.labels().isEmpty()) {
            fields.put("labels", resource.labels());
        }
        fields.put("spec", MessageWriter.write(resource.spec(), withSecrets));
        if (extras.revision() > 0) {
            fields.put("revision", extras.revision());
            fields.put("etag", resource.etag());
        }
        if (extras.createTime() != null) {
            fields.put("createTime", extras.createTime().toString());
        }
        if (extras.updateTime() != null) {
            fields.put("updateTime", extras.updateTime().toString());
        }
        Map<String, Object> status = new LinkedHashMap<>(extras.status());
        if (resource.kind() == Kind.CERTIFICATE) {
            CertificateView.of(resource.certificate())
                    .ifPresent(view -> status.putAll(view.status()));
        }
        if (!status.isEmpty()) {
            fields.put("status", status);
        }
        return TextNode.of(fields);
    }
}
