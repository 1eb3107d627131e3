package io.sluice.it.tls;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** An authority and what it issues, as an operator would write it into files. */
public final class TestAuthority {
    private final X509Bundle root;

    public TestAuthority() throws Exception {
        root =
                new CertificateBuilder()
                        .subject("CN=Test Root")
                        .algorithm(Algorithm.ecp256)
                        .setIsCertificateAuthority(true)
                        .buildSelfSigned();
    }

    public X509Bundle issue(Algorithm algorithm, String... names) throws Exception {
        CertificateBuilder builder =
                new CertificateBuilder()
                        .subject("CN=" + names[0])
                        .algorithm(algorithm)
                        .addSanIpAddress("127.0.0.1");
        for (String name : names) {
            builder.addSanDnsName(name);
        }
        return builder.buildIssuedBy(root);
    }

    /** A Certificate resource. */
    public static String resource(String name, X509Bundle bundle) {
        return "kind: Certificate\nname: "
                + name
                + "\nspec:\n  certificate: |\n"
                + bundle.getCertificatePathPEM().indent(4)
                + "  privateKey: |\n"
                + bundle.getPrivateKeyPEM().indent(4);
    }

    public String rootPem() {
        return root.getRootCertificatePEM();
    }

    public Path rootFile(Path directory) throws IOException {
        return Files.writeString(directory.resolve("root.pem"), rootPem());
    }

    public SSLContext client() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {root.toTrustManager()}, null);
        return context;
    }
}
