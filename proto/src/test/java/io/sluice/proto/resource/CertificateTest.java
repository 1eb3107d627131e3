package io.sluice.proto.resource;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.proto.Problem;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.rules.Rules;
import io.sluice.proto.resource.v1.CertificateConfig;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The certificates and keys were made by OpenSSL 3.0.19; they protect nothing. */
final class CertificateTest {
    @ParameterizedTest
    @CsvSource({
        "rsa.crt, rsa.key",
        "rsa.crt, rsa.pkcs1",
        "ec.crt, ec.key",
        "ec.crt, ec.sec1",
        "ec.crt, ec.bare"
    })
    void takesKeysThatFit(String certificate, String key) {
        assertThat(errors(pem(certificate), pem(key))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "rsa.crt, ec.key, KEY_MISMATCH",
        "ec.crt, rsa.key, KEY_MISMATCH",
        "rsa.crt, rsa.enc, ENCRYPTED_KEY",
        "ec.crt, ec.enc, ENCRYPTED_KEY",
        "rsa.crt, rsa.crt, BAD_KEY",
        "ed.crt, ed.key, BAD_CERTIFICATE",
        "rsa.crt, ed.key, BAD_KEY",
        "rsa.key, rsa.key, KEY_IN_CERTIFICATE",
        "rsa.crt, none, REQUIRED",
        "none, rsa.key, REQUIRED",
        "junk, rsa.key, BAD_CERTIFICATE",
        "rsa.crt, junk, BAD_KEY",
        "rsa.crt, cut, BAD_PEM",
        "cut, rsa.key, BAD_PEM",
        "hollow, rsa.key, BAD_CERTIFICATE",
        "rsa.crt, hollowKey, BAD_KEY",
    })
    void refusesWhatDoesNotFitTogether(String certificate, String key, String code) {
        List<Problem> errors = errors(pem(certificate), pem(key));
        assertThat(errors).extracting(Problem::code).contains(code);
        assertThat(errors).noneMatch(error -> error.toString().contains("MII"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    [shop.example]                          |
                    ["*.shop.example", www.shop.example]    |
                    ["*"]                                   |
                    [10.0.0.1]                              |
                    [other.example, shop.example]           | hosts[0]: HOST_NOT_COVERED
                    [a.b.shop.example, "*.example"]         | hosts[0]: HOST_NOT_COVERED, hosts[1]: HOST_NOT_COVERED
                    """)
    void warnsOfHostsThatNoCertificateNames(String hosts, @Nullable String expected) {
        List<Problem> warnings = warnings(hosts, "tls: {certificates: [web]}, ");
        assertThat(
                        warnings.stream()
                                .filter(warning -> warning.code().equals("HOST_NOT_COVERED"))
                                .map(warning -> warning.field() + ": " + warning.code())
                                .collect(Collectors.joining(", ")))
                .isEqualTo(expected == null ? "" : expected);
        assertThat(warnings(hosts, ""))
                .noneMatch(warning -> warning.code().equals("HOST_NOT_COVERED"));
    }

    private static List<Problem> warnings(String hosts, String tls) {
        String yaml =
                "{kind: Listener, name: web, spec: {address: 0.0.0.0:443, "
                        + tls
                        + "http: {}}}\n"
                        + "---\n"
                        + "{kind: Route, name: shop, spec: {listeners: [web], hosts: "
                        + hosts
                        + ", rules: [{name: all, reply: {status: 200}}]}}\n";
        Problems problems = Problems.collect();
        List<Resource> resources =
                new ArrayList<>(
                        ResourceCodec.decodeDocuments(
                                yaml.getBytes(UTF_8), Format.YAML, "", problems));
        resources.add(resource(pem("rsa.crt"), pem("rsa.key")));
        ResourceSet.of(resources).check(problems);
        assertThat(problems.errors()).isEmpty();
        return problems.warnings();
    }

    @Test
    void neverShowsTheKeyAndShowsWhatMayBeKnown() {
        Resource resource = resource(pem("rsa.crt"), pem("rsa.key"));
        String yaml = ResourceCodec.encodeYaml(resource, new Extras(3, null, null, Map.of()));
        assertThat(yaml).doesNotContain("PRIVATE").doesNotContain("privateKey");
        assertThat(yaml)
                .contains(
                        "fingerprint: b5181df9857c171d664ff71bafc4ffe5"
                                + "fa3b41e441cd17611776cb27fb37af96")
                .contains("subject: CN=shop.example")
                .contains("subjectAltNames: [shop.example, \"*.shop.example\", 10.0.0.1]")
                .contains("certificate: |\n    -----BEGIN CERTIFICATE-----\n");
        Problems problems = Problems.collect();
        Resource again =
                ResourceCodec.decodeDocuments(yaml.getBytes(UTF_8), Format.YAML, "", problems)
                        .getFirst();
        assertThat(problems.errors()).isEmpty();
        assertThat(ResourceSet.of(List.of(resource)).complete(again)).isEqualTo(resource);
    }

    @Test
    void keepsTheStoredKeyOnlyIfItFits() {
        ResourceSet stored = ResourceSet.of(List.of(resource(pem("rsa.crt"), pem("rsa.key"))));
        Resource other = stored.complete(resource(pem("ec.crt"), ""));
        assertThat(other.certificate().getPrivateKey()).isEmpty();
        Problems problems = Problems.collect();
        Rules.check(other, problems);
        assertThat(problems.errors()).extracting(Problem::code).containsExactly("REQUIRED");
        Problems offline = Problems.collect();
        Rules.checkPartial(other, offline);
        assertThat(offline.errors()).isEmpty();
        assertThat(offline.warnings()).extracting(Problem::code).containsExactly("KEY_UNKNOWN");
    }

    @Test
    void aNewKeyIsAChangeThoughItIsNotShown() {
        assertThat(resource(pem("ec.crt"), pem("ec.key")).etag())
                .isNotEqualTo(resource(pem("ec.crt"), pem("ec.sec1")).etag())
                .hasSize(32);
    }

    @Test
    void patchesKeepTheKey() {
        Resource stored = resource(pem("rsa.crt"), pem("rsa.key"));
        Problems problems = Problems.collect();
        assertThat(
                        ResourceCodec.patch(
                                stored, TextNode.of(Map.of("labels", Map.of("a", "b"))), problems))
                .map(Resource::certificate)
                .contains(stored.certificate());
    }

    @Test
    void warnsOfDates() {
        Resource resource = resource(pem("rsa.crt"), pem("rsa.key"));
        Problems problems = Problems.collect();
        Rules.checkDates(resource, Instant.parse("2030-01-01T00:00:00Z"), problems);
        assertThat(problems.warnings()).isEmpty();
        Rules.checkDates(resource, Instant.parse("2200-01-01T00:00:00Z"), problems);
        Rules.checkDates(resource, Instant.EPOCH, problems);
        assertThat(problems.warnings())
                .extracting(Problem::code)
                .containsExactly("EXPIRED", "NOT_YET_VALID");
    }

    @ParameterizedTest
    @CsvSource({
        "issued.crt, , MISSING_INTERMEDIATE",
        "issued.crt, issuer.crt, ",
        "issued.crt, rsa.crt, CHAIN_ORDER",
        "rsa.crt, , ",
    })
    void warnsOfAChainThatClientsCannotFollow(
            String leaf, @Nullable String behind, @Nullable String expected) {
        String chain = pem(leaf) + (behind == null ? "" : pem(behind));
        Problems problems = Problems.collect();
        Rules.check(resource(chain, pem(leaf.replace(".crt", ".key"))), problems);
        assertThat(problems.errors()).isEmpty();
        assertThat(problems.warnings())
                .extracting(Problem::code)
                .isEqualTo(expected == null ? List.of() : List.of(expected));
    }

    private static List<Problem> errors(String certificate, String key) {
        Problems problems = Problems.collect();
        Rules.check(resource(certificate, key), problems);
        return problems.errors();
    }

    private static Resource resource(String certificate, String key) {
        return Resource.certificate(
                "web",
                CertificateConfig.newBuilder()
                        .setCertificate(certificate)
                        .setPrivateKey(key)
                        .build());
    }

    private static String pem(String name) {
        return switch (name) {
            case "none" -> "";
            case "junk" -> "hello";
            case "cut" -> "-----BEGIN CERTIFICATE-----\nMIIB";
            case "hollow" -> "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
            case "hollowKey" ->
                    "-----BEGIN EC PRIVATE KEY-----\nMIIB/w==\n-----END EC PRIVATE KEY-----";
            default -> file(name);
        };
    }

    private static String file(String name) {
        try (InputStream in = CertificateTest.class.getResourceAsStream(name + ".pem")) {
            assertThat(in).as(name).isNotNull();
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }
}
