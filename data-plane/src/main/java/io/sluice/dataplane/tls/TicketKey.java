package io.sluice.dataplane.tls;

import io.netty.handler.ssl.OpenSslSessionTicketKey;

import java.security.SecureRandom;
import java.util.Arrays;

/**
 * What session tickets are sealed with (RFC 5077 section 4): whoever has it can resume the sessions
 * of whoever else has it. Never written to disk, and never shown.
 */
public final class TicketKey {
    /** Bytes of a key: name, then the key of the HMAC, then that of AES-128. */
    public static final int BYTES = OpenSslSessionTicketKey.TICKET_KEY_SIZE;

    private static final int NAME_END = OpenSslSessionTicketKey.NAME_SIZE;
    private static final int HMAC_END = NAME_END + OpenSslSessionTicketKey.HMAC_KEY_SIZE;

    private final byte[] bytes;

    /**
     * @param bytes {@link #BYTES} of them; copied
     */
    public TicketKey(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a ticket key has " + BYTES + " bytes");
        }
        this.bytes = bytes.clone();
    }

    /** One that nobody else has. */
    static TicketKey random() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return new TicketKey(bytes);
    }

    OpenSslSessionTicketKey boringSsl() {
        return new OpenSslSessionTicketKey(
                Arrays.copyOfRange(bytes, 0, NAME_END),
                Arrays.copyOfRange(bytes, NAME_END, HMAC_END),
                Arrays.copyOfRange(bytes, HMAC_END, BYTES));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TicketKey that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "ticket key";
    }
}
