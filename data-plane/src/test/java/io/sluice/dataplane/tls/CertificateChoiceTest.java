package io.sluice.dataplane.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder.Algorithm;

import org.junit.jupiter.api.Test;

import java.util.List;

final class CertificateChoiceTest {
    @Test
    void takesOneOfEachTypeForEachNameTheCheaperFirst() throws Exception {
        TestPki pki = new TestPki();
        TlsCertificate rsa = pki.certificate("rsa", Algorithm.rsa2048, "a.example", "b.example");
        TlsCertificate ec = pki.certificate("ec", Algorithm.ecp256, "a.example", "b.example");
        TlsCertificate second = pki.certificate("second", Algorithm.ecp256, "a.example");
        TlsCertificate wild = pki.certificate("wild", Algorithm.ecp256, "*.example");
        var choice = new CertificateChoice(List.of(rsa, ec, second, wild));

        assertThat(choice.byDefault()).containsExactly(ec, rsa);
        assertThat(choice.byName().get("a.example")).containsExactly(ec, rsa);
        assertThat(choice.byName().get("b.example")).containsExactly(ec, rsa);
        assertThat(choice.byName().get("*.example")).containsExactly(wild);
    }

    @Test
    void theDefaultIsTheFirstEvenWhereOthersShareAName() throws Exception {
        TestPki pki = new TestPki();
        TlsCertificate first = pki.certificate("first", Algorithm.rsa2048, "a.example");
        TlsCertificate other = pki.certificate("other", Algorithm.ecp256, "a.example", "b.example");
        assertThat(new CertificateChoice(List.of(first, other)).byDefault()).containsExactly(first);
    }
}
