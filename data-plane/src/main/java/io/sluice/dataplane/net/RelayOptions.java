package io.sluice.dataplane.net;

import org.jspecify.annotations.Nullable;

/**
 * How a relay passes bytes on.
 *
 * @param idleTimeoutNanos without a byte either way; {@link Timer#NEVER} for none
 * @param shaping how fast; null for as they come
 * @param coalescing of what goes upstream; null for none
 */
public record RelayOptions(
        long idleTimeoutNanos, @Nullable Shaping shaping, @Nullable Coalescing coalescing) {}
