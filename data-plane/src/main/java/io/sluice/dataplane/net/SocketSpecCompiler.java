package io.sluice.dataplane.net;

import com.google.protobuf.Duration;

import io.sluice.proto.resource.v1.KeepAlive;
import io.sluice.proto.resource.v1.SocketOptions;

/** Compiles the socket options of a listener or cluster. Pure. */
public final class SocketSpecCompiler {
    private SocketSpecCompiler() {}

    /** Compiles what passed the rules; an empty message is {@link SocketSpec#USUAL}. */
    public static SocketSpec compile(SocketOptions config) {
        Duration timeout = config.getUserTimeout();
        return new SocketSpec(
                !config.hasNoDelay() || config.getNoDelay(),
                config.hasKeepAlive() ? keepAlive(config.getKeepAlive()) : null,
                Math.toIntExact(timeout.getSeconds() * 1_000 + timeout.getNanos() / 1_000_000),
                config.getFastOpenQueue(),
                config.getFastOpen(),
                config.getSendBuffer(),
                config.getReceiveBuffer(),
                config.getCongestionControl(),
                config.getDscp());
    }

    private static SocketSpec.KeepAlive keepAlive(KeepAlive config) {
        return new SocketSpec.KeepAlive(
                !config.hasEnabled() || config.getEnabled(),
                (int) config.getIdle().getSeconds(),
                (int) config.getInterval().getSeconds(),
                config.getCount());
    }
}
