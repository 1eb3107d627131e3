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
        if (system == null) {
            return 0;
        }
        try {
            return system.getOpenFileDescriptorCount();
        } catch (InternalError e) {
            // The JDK counts by opening a directory: all are taken, its own among them.
            return max();
        }
    }
}
