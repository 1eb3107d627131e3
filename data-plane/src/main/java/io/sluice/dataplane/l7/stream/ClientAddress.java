package io.sluice.dataplane.l7.stream;

import io.sluice.dataplane.l7.message.Ascii;
import io.sluice.proto.HostPort;

import java.net.InetSocketAddress;

/** The peer of a client connection, in the forms in which it is needed. */
final class ClientAddress {
    private final byte[] address;
    private final int port;
    private final byte[] text;

    ClientAddress(InetSocketAddress peer) {
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

    /** {@code ip:port}, for the access log. */
    @Override
    public String toString() {
        return new HostPort(Ascii.text(text, 0, text.length), port).toString();
    }
}
