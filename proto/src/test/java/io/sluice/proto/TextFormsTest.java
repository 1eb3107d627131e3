package io.sluice.proto;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.proto.resource.Kind;
import io.sluice.proto.resource.ResourceKey;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Objects;

final class TextFormsTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0s, 0",
        "1.5s, 1500000000",
        "500ms, 500000000",
        "5m, 300000000000",
        "1h, 3600000000000",
        "1h30m, 5400000000000",
        "250us, 250000",
        "7ns, 7",
        "0.5m, 30000000000",
        "365d, 31536000000000000",
        "1.000000001s, 1000000001",
    })
    void readsDurations(String text, long nanos) {
        assertThat(DurationText.parse(text).map(DurationText::toNanos)).contains(nanos);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "5",
                "-1s",
                "s",
                "1",
                "1.5",
                "1.s",
                ".5s",
                "1..5s",
                "5 s",
                "5S",
                "5sec",
                "0.5ns",
                "366d",
                "99999999999999999999s",
                "1e3s",
                "1h-5m",
                "5m3",
                "\u0665s",
            })
    void refusesWhatIsNoDuration(String text) {
        assertThat(DurationText.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "1.5s", "500ms", "5m", "1h", "90s", "25h", "7ns", "250us"})
    void writesDurationsAsTheyAreRead(String text) {
        assertThat(DurationText.format(DurationText.parse(text).orElseThrow())).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "512B, 512",
        "64KiB, 65536",
        "1MiB, 1048576",
        "2GiB, 2147483648",
        "0, 0",
        "100, 100",
        "1 KiB, 1024",
    })
    void readsSizes(String text, long bytes) {
        assertThat(SizeText.parseBytes(text)).hasValue(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "KiB", "64KB", "64kib", "-1", "1.5MiB", "9999999999TiB", "1Ki"})
    void refusesWhatIsNoSize(String text) {
        assertThat(SizeText.parseBytes(text)).isEmpty();
    }

    @Test
    void writesTheLargestUnitThatFits() {
        assertThat(SizeText.format(65_536)).isEqualTo("64KiB");
        assertThat(SizeText.format(65_537)).isEqualTo("65537B");
        assertThat(SizeText.format(0)).isEqualTo("0B");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:80, 127.0.0.1:80",
        "'[::1]:80', '[::1]:80'",
        "'[0:0:0:0:0:0:0:1]:8080', '[::1]:8080'",
        "Shop.Example:443, shop.example:443",
        "localhost:0, localhost:0",
        "shop.example.:1, shop.example:1",
        "a_b:1, a_b:1",
        "'[::ffff:1.2.3.4]:5', '[::ffff:102:304]:5'",
        "'[2001:DB8::A]:1', '[2001:db8::a]:1'",
    })
    void readsHostsWithPorts(String text, String canonical) {
        assertThat(HostPort.parse(text).map(HostPort::toString)).contains(canonical);
        assertThat(HostPort.parse(canonical).map(HostPort::toString)).contains(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "80",
                ":80",
                "host",
                "host:",
                "host:65536",
                "host:-1",
                "host:8o",
                "1.2.3:80",
                "1.2.3.4.5:80",
                "256.0.0.1:80",
                "01.2.3.4:80",
                "::1:80",
                "[::1]80",
                "[::1:80",
                "[g::1]:80",
                "[1::2::3]:80",
                "[1:2:3:4:5:6:7:8:9]:80",
                "-a:80",
                "a-:80",
                "a..b:80",
                "a b:80",
                "*:80",
                "host:000080",
                "http://a:80",
                "[]:80",
                "[::1%eth0]:80",
                "ä.de:80",
            })
    void refusesWhatIsNoHostWithPort(String text) {
        assertThat(HostPort.parse(text)).isEmpty();
    }

    @Test
    void knowsWildcardsAndLoopback() {
        assertThat(HostPort.parse("0.0.0.0:1").orElseThrow().isWildcard()).isTrue();
        assertThat(HostPort.parse("[::]:1").orElseThrow().isWildcard()).isTrue();
        assertThat(HostPort.parse("10.0.0.1:1").orElseThrow().isWildcard()).isFalse();
        assertThat(HostPort.parse("127.9.9.9:1").orElseThrow().isLoopback()).isTrue();
        assertThat(HostPort.parse("[::1]:1").orElseThrow().isLoopback()).isTrue();
        assertThat(HostPort.parse("localhost:1").orElseThrow().isLoopback()).isTrue();
        assertThat(HostPort.parse("shop.example:1").orElseThrow().isLoopback()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.0.1, true",
        "10.0.0.0/8, 11.0.0.1, false",
        "10.1.2.3, 10.1.2.3, true",
        "10.1.2.3, 10.1.2.4, false",
        "0.0.0.0/0, 1.2.3.4, true",
        "192.168.0.0/23, 192.168.1.9, true",
        "192.168.0.0/23, 192.168.2.9, false",
        "2001:db8::/32, 2001:db8:1::1, true",
        "2001:db8::/32, 2001:db9::1, false",
        "10.0.0.0/8, '::ffff:10.1.1.1', true",
        "::/0, 1.2.3.4, false",
    })
    void networksContainAddresses(String network, String address, boolean contains) {
        byte[] bytes = Objects.requireNonNull(IpText.parse(address));
        assertThat(Cidr.parse(network).orElseThrow().contains(bytes)).isEqualTo(contains);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.0.0.0/33",
                "10.0.0.1/8",
                "a/8",
                "::/129",
                "10.0.0.0/",
                "10.0.0.0/-1"
            })
    void refusesWhatIsNoNetwork(String text) {
        assertThat(Cidr.parse(text)).isEmpty();
    }

    @Test
    void guessesWhatWasMeant() {
        assertThat(DidYouMean.closest("adress", List.of("address", "http"))).contains("address");
        assertThat(DidYouMean.closest("preifx", List.of("exact", "prefix"))).contains("prefix");
        assertThat(DidYouMean.closest("zebra", List.of("exact", "prefix"))).isEmpty();
        assertThat(DidYouMean.closest("x".repeat(1000), List.of("exact"))).isEmpty();
    }

    @Test
    void problemsReadAsOneLine() {
        Problems problems = Problems.collect();
        problems.in(new ResourceKey(Kind.ROUTE, "shop"))
                .at("rules", 3)
                .at("match")
                .from(new Source("shop.yaml", 57, 18))
                .reject("X", "is wrong", "did you mean \"right\"?");
        assertThat(problems.errors().getFirst())
                .hasToString(
                        "shop.yaml:57:18: route shop: rules[3].match: is wrong; did you mean"
                                + " \"right\"?");
        assertThat(problems.errors().getFirst().pointer()).isEqualTo("/spec/rules/3/match");
    }

    @Test
    void keepsABoundedNumberOfProblems() {
        Problems problems = Problems.collect();
        for (int i = 0; i < 2 * Limits.PROBLEMS_MAX; i++) {
            problems.at("x", i).reject("X", "is wrong");
        }
        assertThat(problems.errors()).hasSize(Limits.PROBLEMS_MAX);
    }

    @Test
    void knowsItsVersion() {
        assertThat(SoftwareVersion.current()).isNotEmpty();
    }
}
