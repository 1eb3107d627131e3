package io.sluice.controlplane.storage;

import io.sluice.proto.resource.Resource;

import java.time.Instant;
import java.util.SortedSet;

/**
 * A resource as the store has it, private key included.
 *
 * @param revision the last one that changed it
 * @param canarySplits splits of this resource whose weights {@code canary set} owns, as {@code
 *     ROUTE/RULE} or {@code listener:NAME[/RULE]}
 */
public record StoredResource(
        Resource resource,
        long revision,
        Instant createTime,
        Instant updateTime,
        SortedSet<String> canarySplits) {
    StoredResource withCanarySplits(SortedSet<String> splits) {
        return new StoredResource(resource, revision, createTime, updateTime, splits);
    }
}
