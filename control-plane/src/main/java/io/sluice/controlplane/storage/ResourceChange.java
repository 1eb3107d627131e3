package io.sluice.controlplane.storage;

import io.sluice.proto.resource.Resource;
import io.sluice.proto.resource.ResourceKey;

import org.jspecify.annotations.Nullable;

/**
 * One resource, before and after. For eyes outside the store: instead of private keys both sides
 * carry a fingerprint.
 *
 * @param before null where it is created
 * @param after null where it is deleted
 * @param etag of the resource afterwards, or before where it is deleted; computed with the private
 *     key
 */
public record ResourceChange(
        ResourceKey key,
        ChangeKind kind,
        @Nullable Resource before,
        @Nullable Resource after,
        String etag) {}
