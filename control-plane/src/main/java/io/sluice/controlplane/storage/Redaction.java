package io.sluice.controlplane.storage;

import io.sluice.proto.StateDigest;
import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.v1.CertificateConfig;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Replaces a private key by its fingerprint, so that a new key shows as a change and nothing else
 * of it does.
 */
final class Redaction {
    private Redaction() {}

    static Resource of(Resource resource) {
        if (resource.kind() != Kind.CERTIFICATE
                || resource.certificate().getPrivateKey().isEmpty()) {
            return resource;
        }
        byte[] key = resource.certificate().getPrivateKey().getBytes(StandardCharsets.UTF_8);
        String fingerprint = "sha256:" + HexFormat.of().formatHex(StateDigest.sha256(key), 0, 16);
        CertificateConfig spec =
                resource.certificate().toBuilder().setPrivateKey(fingerprint).build();
        return new Resource(
                resource.key(),
                resource.labels(),
                resource.config().toBuilder().setCertificate(spec).build());
    }
}
