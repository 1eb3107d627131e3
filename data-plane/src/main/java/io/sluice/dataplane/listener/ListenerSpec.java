package io.sluice.dataplane.listener;

import io.sluice.proto.HostPort;

/**
 * A compiled listener.
 *
 * @param address as configured: an IP address or wildcard, port 0 for any free one
 */
public record ListenerSpec(String name, HostPort address, ListenerProtocol protocol) {}
