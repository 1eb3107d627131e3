package io.sluice.dataplane.net;

/**
 * How small segments towards an upstream are put together.
 *
 * @param delayNanos how long a byte is held back at most
 * @param bytes that are passed on as soon as there are so many
 */
public record Coalescing(long delayNanos, int bytes) {}
