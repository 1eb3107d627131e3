package io.sluice.dataplane.listener;

import io.sluice.dataplane.net.NetworkTrie;

/**
 * Whose PROXY headers are believed; anyone else is closed.
 *
 * @param from networks of the balancers in front
 * @param required whether a connection without header is closed
 */
public record ProxyTrust(NetworkTrie from, boolean required) {}
