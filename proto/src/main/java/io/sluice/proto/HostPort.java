package io.sluice.proto;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;

/**
 * A host and a port: {@code 127.0.0.1:80}, {@code [::1]:80}, {@code shop.example:80}. Nothing is
 * looked up.
 *
 * @param host lower case; an IPv6 address without brackets, in the JDK's form
 * @param port 0 to 65535
 */
public record HostPort(String host, int port) {
    /**
     * Of a socket.
     *
     * @param address resolved
     */
    public static HostPort of(InetSocketAddress address) {
        return new HostPort(address.getAddress().getHostAddress(), address.getPort());
    }

    /**
     * What a text means; empty if it has no port, or the host is neither an address nor a DNS name.
     */
    public static Optional<HostPort> parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0) {
            return Optional.empty();
        }
        int port = parsePort(text.substring(colon + 1));
        String host = text.substring(0, colon);
        if (port < 0) {
            return Optional.empty();
        }
        if (host.startsWith("[")) {
            if (!host.endsWith("]")) {
                return Optional.empty();
            }
            byte[] address = IpText.parse6(host.substring(1, host.length() - 1));
            return address == null
                    ? Optional.empty()
                    : Optional.of(new HostPort(IpText.format(address), port));
        }
        byte[] address = IpText.parse4(host);
        if (address != null) {
            return Optional.of(new HostPort(IpText.format(address), port));
        }
        return DnsName.isValid(host)
                ? Optional.of(new HostPort(DnsName.canonical(host), port))
                : Optional.empty();
    }

    /** Whether the host is an address, not a name. */
    public boolean isIp() {
        return addressBytes() != null;
    }

    /** Whether the host stands for every address of its family: {@code 0.0.0.0} or {@code ::}. */
    public boolean isWildcard() {
        byte[] address = addressBytes();
        return address != null && Arrays.equals(address, new byte[address.length]);
    }

    /** Whether the host is an IPv6 address. */
    public boolean isIpv6() {
        return host.indexOf(':') >= 0;
    }

    /** Whether connections to the host never leave this machine: 127.0.0.0/8, ::1 or localhost. */
    public boolean isLoopback() {
        byte[] address = addressBytes();
        if (address == null) {
            return host.equals("localhost");
        }
        return inetAddress(address).isLoopbackAddress();
    }

    /** The address; empty if the host is a name. */
    public Optional<InetAddress> address() {
        byte[] address = addressBytes();
        return address == null ? Optional.empty() : Optional.of(inetAddress(address));
    }

    /** The same host with another port. */
    public HostPort withPort(int other) {
        return new HostPort(host, other);
    }

    /** {@code host:port}, IPv6 in brackets; {@link #parse} reads it back. */
    @Override
    public String toString() {
        return isIpv6() ? "[" + host + "]:" + port : host + ":" + port;
    }

    private byte @Nullable [] addressBytes() {
        return isIpv6() ? IpText.parse6(host) : IpText.parse4(host);
    }

    private static InetAddress inetAddress(byte[] address) {
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    private static int parsePort(String text) {
        if (text.isEmpty() || text.length() > 5) {
            return -1;
        }
        int port = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            port = port * 10 + (c - '0');
        }
        return port > 65535 ? -1 : port;
    }
}
