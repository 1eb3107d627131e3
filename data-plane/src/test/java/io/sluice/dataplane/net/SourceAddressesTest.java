package io.sluice.dataplane.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;

class SourceAddressesTest {
    private static final List<InetAddress> CONFIGURED =
            List.of(ip("10.0.0.1"), ip("2001:db8::1"), ip("10.0.0.2"), ip("10.0.0.3"));

    @Test
    void takesThoseOfTheEndpointsFamilyInTurn() {
        var sources = SourceAddresses.of(CONFIGURED, endpoint("192.0.2.1"), 1);
        assertThat(sources.count()).isEqualTo(3);
        assertThat(next(sources, 0)).isEqualTo("10.0.0.2");
        assertThat(next(sources, 0)).isEqualTo("10.0.0.3");
        assertThat(next(sources, 0)).isEqualTo("10.0.0.1");
        assertThat(SourceAddresses.of(CONFIGURED, endpoint("2001:db8::9"), 5).next(0))
                .isEqualTo(new InetSocketAddress(ip("2001:db8::1"), 0));
        assertThat(SourceAddresses.of(List.of(), endpoint("192.0.2.1"), 0).next(0)).isNull();
    }

    @Test
    void leavesOutWhatIsMissingForAWhile() {
        var sources = SourceAddresses.of(CONFIGURED, endpoint("192.0.2.1"), 0);
        sources.missing(new InetSocketAddress(ip("10.0.0.1"), 0), 100);
        sources.missing(new InetSocketAddress(ip("10.0.0.3"), 0), 100);
        assertThat(next(sources, 100)).isEqualTo("10.0.0.2");
        assertThat(next(sources, 99 + SourceAddresses.AWAY_NANOS)).isEqualTo("10.0.0.2");
        assertThat(next(sources, 100 + SourceAddresses.AWAY_NANOS)).isEqualTo("10.0.0.3");
        assertThat(next(sources, 100 + SourceAddresses.AWAY_NANOS)).isEqualTo("10.0.0.1");
    }

    @Test
    void givesOneEvenIfAllAreMissing() {
        var sources = SourceAddresses.of(List.of(ip("10.0.0.1")), endpoint("192.0.2.1"), 0);
        sources.missing(new InetSocketAddress(ip("10.0.0.1"), 0), 0);
        assertThat(next(sources, 1)).isEqualTo("10.0.0.1");
    }

    private static String next(SourceAddresses sources, long now) {
        InetSocketAddress next = sources.next(now);
        return next == null ? "none" : next.getAddress().getHostAddress();
    }

    private static InetSocketAddress endpoint(String address) {
        return new InetSocketAddress(ip(address), 80);
    }

    private static InetAddress ip(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
