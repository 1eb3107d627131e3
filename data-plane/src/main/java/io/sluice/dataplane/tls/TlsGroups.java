package io.sluice.dataplane.tls;

/** The groups that keys are agreed on in, preferred ones first. */
final class TlsGroups {
    private TlsGroups() {}

    /** The first is a hybrid that quantum computers do not break; clients have it since 2024. */
    static String[] boringSsl() {
        return new String[] {"X25519MLKEM768", "x25519", "secp256r1", "secp384r1"};
    }
}
