package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.proto.HostPort;

import java.net.InetSocketAddress;

/** The client of a connection and how it came, in the forms in which they are needed. */
final class ClientAddress {
    private static final byte[] HTTP = Ascii.bytes("http");
    private static final byte[] HTTPS = Ascii.bytes("https");

    private final byte[] address;
    private final int port;
    private final byte[] text;
    private final boolean secure;

    ClientAddress(InetSocketAddress peer, boolean secure) {
        this.secure = secure;
        this.address = peer.getAddress().getAddress();
        this.port = peer.getPort();
        String host = peer.getAddress().getHostAddress();
        int zone = host.indexOf('%');
        this.text = Ascii.bytes(zone < 0 ? host : host.substring(0, zone));
    }

    /** 4 or 16 bytes. */
    byte[] address() {
        return address;
    }

    /** As X-Forwarded-For shows it; not to be changed. */
    byte[] text() {
        return text;
    }

    /** Whether it came by TLS. */
    boolean secure() {
        return secure;
    }

    /** As X-Forwarded-Proto shows it; not to be changed. */
    byte[] scheme() {
        return secure ? HTTPS : HTTP;
    }

    /** {@code ip:port}, for the access log. */
    @Override
    public String toString() {
        return new HostPort(Ascii.text(text, 0, text.length), port).toString();
    }
}
