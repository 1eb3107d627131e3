package io.sluice.dataplane.listener;

import io.sluice.dataplane.net.DescriptorUse;
import io.sluice.dataplane.net.MemoryUse;
import io.sluice.dataplane.net.ProcessDescriptors;
import io.sluice.dataplane.net.ProcessMemory;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;

/**
 * What holds for all listeners of the node.
 *
 * @param bind replaces the wildcard of its family, and listeners of the other family are not bound;
 *     null binds what is configured
 * @param connectionsMax client connections open at once on the whole node
 * @param memory what is looked at before more is accepted
 * @param descriptors as memory
 */
public record ListenerOptions(
        @Nullable InetAddress bind,
        int connectionsMax,
        MemoryUse memory,
        DescriptorUse descriptors) {
    /** With memory and descriptors of this process. */
    public ListenerOptions(@Nullable InetAddress bind, int connectionsMax) {
        this(bind, connectionsMax, new ProcessMemory(), new ProcessDescriptors());
    }
}
