package io.sluice.dataplane.net;

import com.sun.management.UnixOperatingSystemMXBean;

import org.jspecify.annotations.Nullable;

import java.lang.management.ManagementFactory;

/** The file descriptors of this process, as the operating system counts them. */
public final class ProcessDescriptors implements DescriptorUse {
    private final @Nullable UnixOperatingSystemMXBean system =
            ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                    ? unix
                    : null;

    @Override
    public long max() {
        return system == null ? Long.MAX_VALUE : system.getMaxFileDescriptorCount();
    }

    @Override
    public long open() {
        return system == null ? 0 : system.getOpenFileDescriptorCount();
    }
}
