package io.sluice.dataplane.listener;

/**
 * A network of clients that a listener refused.
 *
 * @param network its first address
 * @param refused connections refused so far
 * @param open connections open now, where the listener limits them
 */
public record Offender(String listener, String network, long refused, int open) {}
