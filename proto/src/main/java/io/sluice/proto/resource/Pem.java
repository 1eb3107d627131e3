package io.sluice.proto.resource;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** The blocks of a PEM text (RFC 7468). Text around blocks is ignored. */
final class Pem {
    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";

    private Pem() {}

    /**
     * One block.
     *
     * @param type such as CERTIFICATE or EC PRIVATE KEY
     * @param encrypted whether its header fields say so
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared; stays in this package.
    record Block(String type, byte[] der, boolean encrypted) {}

    /** The blocks in their order; empty where one has no end or is not base64. */
    static Optional<List<Block>> parse(String text) {
        List<Block> blocks = new ArrayList<>();
        String type = "";
        StringBuilder body = new StringBuilder();
        boolean encrypted = false;
        for (String raw : text.lines().toList()) {
            String line = raw.strip();
            if (line.startsWith(BEGIN) && line.endsWith(DASHES) && line.length() > 16) {
                if (!type.isEmpty()) {
                    return Optional.empty();
                }
                type = line.substring(BEGIN.length(), line.length() - DASHES.length());
                body.setLength(0);
                encrypted = false;
            } else if (line.startsWith(END) && !type.isEmpty()) {
                Optional<byte[]> der = decode(body);
                if (!line.equals(END + type + DASHES) || (der.isEmpty() && !encrypted)) {
                    return Optional.empty();
                }
                blocks.add(new Block(type, der.orElse(new byte[0]), encrypted));
                type = "";
            } else if (!type.isEmpty() && line.indexOf(':') >= 0) {
                encrypted |= line.startsWith("Proc-Type:") && line.contains("ENCRYPTED");
            } else if (!type.isEmpty()) {
                body.append(line);
            }
        }
        return type.isEmpty() ? Optional.of(blocks) : Optional.empty();
    }

    private static Optional<byte[]> decode(CharSequence base64) {
        try {
            return Optional.of(Base64.getDecoder().decode(base64.toString()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
