package io.sluice.dataplane.cluster;

import com.google.protobuf.Duration;

import io.sluice.proto.resource.v1.OnChange;

import org.jspecify.annotations.Nullable;

/** Compiles what becomes of those whom a change does not cover any more. Pure. */
public final class LeaveCompiler {
    private static final long SECOND_NANOS = 1_000_000_000L;

    private LeaveCompiler() {}

    /**
     * Compiles it.
     *
     * @param timeout null where none is configured
     */
    public static LeaveSpec compile(OnChange onChange, @Nullable Duration timeout) {
        return new LeaveSpec(
                switch (onChange) {
                    case ON_CHANGE_UNSPECIFIED, ON_CHANGE_KEEP, UNRECOGNIZED -> LeaveSpec.Kind.KEEP;
                    case ON_CHANGE_DRAIN -> LeaveSpec.Kind.DRAIN;
                    case ON_CHANGE_CUT -> LeaveSpec.Kind.CUT;
                },
                timeout == null
                        ? LeaveSpec.TIMEOUT_NANOS
                        : timeout.getSeconds() * SECOND_NANOS + timeout.getNanos());
    }
}
