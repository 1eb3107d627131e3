package io.sluice.controlplane.api;

import io.sluice.controlplane.storage.ResourceChange;
import io.sluice.controlplane.storage.StoredResource;
import io.sluice.proto.resource.Extras;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceCodec;
import io.sluice.proto.resource.TextNode;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/** Resources as REST shows them; never a secret. */
final class ResourceJson {
    private static final String FINGERPRINT = "sha256:";

    private ResourceJson() {}

    static TextNode of(StoredResource stored) {
        return ResourceCodec.encode(
                stored.resource(),
                new Extras(
                        stored.revision(),
                        stored.createTime(),
                        stored.updateTime(),
                        status(stored)));
    }

    /** Adds {@code before} and {@code after}, null where there is none. */
    static Json sides(Json json, ResourceChange change) {
        return json.put("before", side(change.before())).put("after", side(change.after()));
    }

    private static @Nullable TextNode side(@Nullable Resource resource) {
        return resource == null
                ? null
                : ResourceCodec.encode(resource, new Extras(0, null, null, keyStatus(resource)));
    }

    /** The store hands out a fingerprint in place of the key, so that a new key shows. */
    private static Map<String, ?> keyStatus(Resource resource) {
        String key = resource.certificate().getPrivateKey();
        return key.startsWith(FINGERPRINT) ? Map.of("privateKeyFingerprint", key) : Map.of();
    }

    private static Map<String, ?> status(StoredResource stored) {
        return stored.canarySplits().isEmpty()
                ? Map.of()
                : Map.of("canarySplits", List.copyOf(stored.canarySplits()));
    }
}
