package io.sluice.dataplane.listener;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;

/**
 * What holds for all listeners of the node.
 *
 * @param bind replaces the wildcard of its family, and listeners of the other family are not bound;
 *     null binds what is configured
 * @param connectionsMax client connections open at once on the whole node
 */
public record ListenerOptions(@Nullable InetAddress bind, int connectionsMax) {}
