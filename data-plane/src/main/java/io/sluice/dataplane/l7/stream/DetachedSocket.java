package io.sluice.dataplane.l7.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketChannel;
import io.sluice.dataplane.net.Shaping;

import org.jspecify.annotations.Nullable;

/**
 * A connection that speaks HTTP no longer; whoever got it owns it.
 *
 * @param early what its peer sent already and nobody has seen; to be released
 * @param limits of its bytes, as far as they are used; null for none
 */
record DetachedSocket(SocketChannel channel, @Nullable ByteBuf early, @Nullable Shaping limits) {}
