package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.proto.HostPort;

import java.net.InetSocketAddress;

/** The client of a connection and how it came, in the forms in which they are needed. */
final class ClientAddress {
    private static final byte[] HTTP = Ascii.bytes("http");
    private static final byte[] HTTPS = Ascii.bytes("https");
    private static final byte[] VIA_10 = Ascii.bytes("1.0 sluice");
    private static final byte[] VIA_11 = Ascii.bytes("1.1 sluice");
    private static final byte[] VIA_20 = Ascii.bytes("2.0 sluice");

    private final byte[] address;
    private final InetSocketAddress peer;
    private final byte[] text;
    private final boolean secure;
    private final boolean http2;

    ClientAddress(InetSocketAddress peer, boolean secure, boolean http2) {
        this.peer = peer;
        this.secure = secure;
        this.http2 = http2;
        this.address = peer.getAddress().getAddress();
        String host = peer.getAddress().getHostAddress();
        int zone = host.indexOf('%');
        this.text = Ascii.bytes(zone < 0 ? host : host.substring(0, zone));
    }

    InetSocketAddress socketAddress() {
        return peer;
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

    /** What Via says of a request of that minor version of HTTP/1; not to be changed. */
    byte[] via(int minorVersion) {
        if (http2) {
            return VIA_20;
        }
        return minorVersion == 0 ? VIA_10 : VIA_11;
    }

    /** {@code ip:port}, for the access log. */
    @Override
    public String toString() {
        return new HostPort(Ascii.text(text, 0, text.length), peer.getPort()).toString();
    }
}
