package io.sluice.dataplane.net;

import java.util.Locale;

/** The transport that tests use which do not care: the same test passes on each. */
public final class TestTransport {
    private TestTransport() {}

    /**
     * What the system property {@code sluice.test.transport} says, or else the environment's {@code
     * SLUICE_TEST_TRANSPORT}; automatic by default.
     */
    public static Transport get() {
        String environment = System.getenv().getOrDefault("SLUICE_TEST_TRANSPORT", "auto");
        String name = System.getProperty("sluice.test.transport", environment);
        return Transport.valueOf(name.toUpperCase(Locale.ROOT));
    }
}
