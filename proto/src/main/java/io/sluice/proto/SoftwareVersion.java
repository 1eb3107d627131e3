package io.sluice.proto;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The version of this build. */
public final class SoftwareVersion {
    private SoftwareVersion() {}

    /** Such as {@code 0.1.0-SNAPSHOT}; {@code dev} where the build did not write one. */
    public static String current() {
        return Holder.CURRENT;
    }

    private static final class Holder {
        static final String CURRENT = read();

        private static String read() {
            try (InputStream in = SoftwareVersion.class.getResourceAsStream("version.txt")) {
                if (in == null) {
                    return "dev";
                }
                String text = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
                return text.isEmpty() || text.startsWith("${") ? "dev" : text;
            } catch (IOException e) {
                throw new UncheckedIOException("version.txt in the class path", e);
            }
        }
    }
}
