package io.sluice.dataplane.telemetry;

/** The access log that is switched off. */
enum NoAccessLog implements AccessLog {
    INSTANCE;

    @Override
    public boolean enabled() {
        return false;
    }

    @Override
    public void write(AccessRecord line) {
        // Nobody reads it.
    }

    @Override
    public long dropped() {
        return 0;
    }

    @Override
    public void reopen() {
        // There is no file.
    }

    @Override
    public void close() {
        // There is nothing to write out.
    }
}
