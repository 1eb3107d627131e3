package io.sluice.dataplane.net;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;

/**
 * What a PROXY header says about a connection (haproxy.org, "The PROXY protocol", versions 1 and
 * 2). Immutable.
 *
 * @param source the client; null where the header tells none (LOCAL, UNKNOWN, UNSPEC, UNIX): then
 *     the socket's peer is the client
 * @param destination where the client connected to; null like the source
 * @param tlvs of version 2
 */
public record ProxyHeader(
        @Nullable InetSocketAddress source,
        @Nullable InetSocketAddress destination,
        ProxyTlvs tlvs) {
    /** Type of the vector with what ALPN agreed on. */
    public static final int TYPE_ALPN = 0x01;

    /** Type of the vector with the host name that the client asked for. */
    public static final int TYPE_AUTHORITY = 0x02;

    /** Type of the vector with the checksum of the header. */
    public static final int TYPE_CRC32C = 0x03;

    /** Type of the vector that only fills up. */
    public static final int TYPE_NOOP = 0x04;

    /** Type of the vector that names the connection in every log on its way. */
    public static final int TYPE_UNIQUE_ID = 0x05;

    /** One that tells nothing. */
    static final ProxyHeader UNKNOWN = new ProxyHeader(null, null, ProxyTlvs.NONE);
}
