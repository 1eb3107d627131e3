package io.sluice.dataplane.telemetry;

import io.netty.channel.Channel;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.UnixChannel;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What the kernel knows of a TCP connection (tcp(7), TCP_INFO).
 *
 * @param rttMicros smoothed round trip; 0 where it is not known
 * @param retransmits segments sent again so far
 */
public record TcpPath(int rttMicros, int retransmits) {
    /** Nothing is known: UDP, a transport that does not tell, a connection that is gone. */
    public static final TcpPath UNKNOWN = new TcpPath(0, 0);

    private static final int IPPROTO_TCP = 6;
    private static final int TCP_INFO = 11;

    // struct tcp_info of linux/tcp.h, as far as every kernel has it.
    private static final int INFO_BYTES = 104;
    private static final int RTT_AT = 68;
    private static final int TOTAL_RETRANSMITS_AT = 100;
    private static final RawUnixChannelOption INFO =
            new RawUnixChannelOption("TCP_INFO", IPPROTO_TCP, TCP_INFO, INFO_BYTES);

    /** Asks the kernel; on the channel's loop. */
    public static TcpPath of(@Nullable Channel channel) {
        if (!(channel instanceof UnixChannel) || !channel.isActive()) {
            return UNKNOWN;
        }
        ByteBuffer info = channel.config().getOption(INFO);
        if (info == null || info.limit() < INFO_BYTES) {
            return UNKNOWN;
        }
        ByteBuffer ordered = info.order(ByteOrder.nativeOrder());
        return new TcpPath(ordered.getInt(RTT_AT), ordered.getInt(TOTAL_RETRANSMITS_AT));
    }
}
