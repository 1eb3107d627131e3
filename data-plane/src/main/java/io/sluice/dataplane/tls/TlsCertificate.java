package io.sluice.dataplane.tls;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;

/**
 * A certificate that a listener shows. Compared by name and content; never shows its key.
 *
 * @param digest of the configuration it was compiled from
 * @param chain the leaf first
 * @param names of the leaf, in lower case: DNS names, some of them with a wildcard
 */
public record TlsCertificate(
        String name,
        String digest,
        List<X509Certificate> chain,
        PrivateKey key,
        Set<String> names) {
    public TlsCertificate {
        chain = List.copyOf(chain);
        names = Set.copyOf(names);
    }

    /** RSA or EC. */
    String keyType() {
        return key.getAlgorithm();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TlsCertificate that
                && name.equals(that.name)
                && digest.equals(that.digest);
    }

    @Override
    public int hashCode() {
        return digest.hashCode();
    }

    @Override
    public String toString() {
        return "certificate " + name;
    }
}
