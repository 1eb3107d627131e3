package io.sluice.proto.resource.rules;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;

import io.sluice.proto.DurationText;
import io.sluice.proto.IpText;
import io.sluice.proto.Limits;
import io.sluice.proto.Problems;
import io.sluice.proto.resource.v1.ClusterConfig;
import io.sluice.proto.resource.v1.Coalesce;
import io.sluice.proto.resource.v1.KeepAlive;
import io.sluice.proto.resource.v1.ListenerConfig;
import io.sluice.proto.resource.v1.SocketOptions;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The checks of a listener's or cluster's socket options. */
final class SocketRules {
    private static final long USER_TIMEOUT_NANOS_MIN = 10_000_000;
    private static final long COALESCE_DELAY_NANOS_MIN = 50_000;
    private static final long COALESCE_DELAY_NANOS_MAX = 100_000_000;
    private static final long USER_TIMEOUT_HOURS_MAX = 24;
    private static final long SECOND_NANOS = 1_000_000_000L;
    // TCP_CA_NAME_MAX of Linux, without the terminating zero.
    private static final Pattern CONGESTION_CONTROL = Pattern.compile("[a-z0-9_-]{1,15}");

    private SocketRules() {}

    static void check(ListenerConfig listener, Problems problems) {
        if (!listener.hasSocket()) {
            return;
        }
        SocketOptions options = listener.getSocket();
        if (listener.hasUdp()) {
            notForUdp(options.hasNoDelay(), problems.at("noDelay"));
            notForUdp(options.hasKeepAlive(), problems.at("keepAlive"));
            notForUdp(options.hasUserTimeout(), problems.at("userTimeout"));
            notForUdp(options.hasFastOpenQueue(), problems.at("fastOpenQueue"));
            notForUdp(!options.getCongestionControl().isEmpty(), problems.at("congestionControl"));
        }
        if (options.getFastOpen()) {
            problems.at("fastOpen")
                    .reject(
                            "NOT_ALLOWED",
                            "is for clusters: it is about connecting",
                            "write fastOpenQueue: 256");
        }
        check(options, problems);
    }

    private static void notForUdp(boolean given, Problems problems) {
        if (given) {
            problems.reject(
                    "NOT_ALLOWED",
                    "is of TCP; UDP has sendBuffer, receiveBuffer and dscp",
                    "leave it out");
        }
    }

    static void check(ClusterConfig cluster, Problems problems) {
        sources(cluster, problems.at("sourceAddresses"));
        coalesce(cluster.getCoalesce(), problems.at("coalesce"));
        if (!cluster.hasSocket()) {
            return;
        }
        SocketOptions options = cluster.getSocket();
        Problems at = problems.at("socket");
        if (options.hasFastOpenQueue()) {
            at.at("fastOpenQueue")
                    .reject(
                            "NOT_ALLOWED",
                            "is for listeners: it is about accepting",
                            "write fastOpen: true");
        }
        check(options, at);
    }

    private static void sources(ClusterConfig cluster, Problems problems) {
        List<String> sources = cluster.getSourceAddressesList();
        Checks.count(sources.size(), Limits.SOURCE_ADDRESSES_MAX, "addresses", problems);
        if (cluster.getTransparent() && !sources.isEmpty()) {
            problems.reject(
                    "CONFLICT",
                    "cannot be given with transparent: connections come from the client's address",
                    "leave one of them out");
        }
        Set<ByteString> seen = new HashSet<>();
        for (int i = 0; i < sources.size(); i++) {
            byte[] address = IpText.parse(sources.get(i));
            if (address == null) {
                problems.item(i)
                        .reject(
                                "BAD_ADDRESS",
                                Checks.quoted(sources.get(i)) + " is no IP address",
                                "write it without port and brackets: 10.0.0.7");
            } else if (isWildcard(address)) {
                problems.item(i)
                        .reject(
                                "BAD_ADDRESS",
                                Checks.quoted(sources.get(i)) + " stands for all addresses",
                                "name them, or leave all out");
            } else if (!seen.add(ByteString.copyFrom(address))) {
                problems.item(i)
                        .reject(
                                "DUPLICATE",
                                "address " + Checks.quoted(sources.get(i)) + " is named twice");
            }
        }
    }

    private static void coalesce(Coalesce coalesce, Problems problems) {
        Problems delay = problems.at("delay");
        Checks.duration(coalesce.hasDelay(), coalesce.getDelay(), COALESCE_DELAY_NANOS_MIN, delay);
        boolean late =
                coalesce.getDelay().getSeconds() > 0
                        || coalesce.getDelay().getNanos() > COALESCE_DELAY_NANOS_MAX;
        if (late) {
            delay.reject("OUT_OF_RANGE", "is more than 100ms");
        }
        Checks.range(
                coalesce.hasBytes(),
                Integer.toUnsignedLong(coalesce.getBytes()),
                2,
                Limits.COALESCE_BYTES_MAX,
                problems.at("bytes"));
    }

    private static boolean isWildcard(byte[] address) {
        for (byte part : address) {
            if (part != 0) {
                return false;
            }
        }
        return true;
    }

    private static void check(SocketOptions options, Problems problems) {
        keepAlive(options.getKeepAlive(), problems.at("keepAlive"));
        Checks.duration(
                options.hasUserTimeout(),
                options.getUserTimeout(),
                USER_TIMEOUT_NANOS_MIN,
                problems.at("userTimeout"));
        if (options.getUserTimeout().getSeconds() > USER_TIMEOUT_HOURS_MAX * 3600) {
            problems.at("userTimeout")
                    .reject("OUT_OF_RANGE", "is more than " + USER_TIMEOUT_HOURS_MAX + "h");
        }
        Checks.range(
                options.hasFastOpenQueue(),
                options.getFastOpenQueue(),
                1,
                Limits.FAST_OPEN_QUEUE_MAX,
                problems.at("fastOpenQueue"));
        buffer(options.hasSendBuffer(), options.getSendBuffer(), problems.at("sendBuffer"));
        buffer(
                options.hasReceiveBuffer(),
                options.getReceiveBuffer(),
                problems.at("receiveBuffer"));
        String control = options.getCongestionControl();
        if (!control.isEmpty() && !CONGESTION_CONTROL.matcher(control).matches()) {
            problems.at("congestionControl")
                    .reject(
                            "BAD_NAME",
                            Checks.quoted(control) + " is not the name of an algorithm",
                            "a node's are in net.ipv4.tcp_available_congestion_control: cubic,"
                                    + " bbr");
        }
        Checks.range(options.hasDscp(), options.getDscp(), 0, Limits.DSCP_MAX, problems.at("dscp"));
    }

    private static void buffer(boolean given, int bytes, Problems problems) {
        Checks.range(
                given,
                Integer.toUnsignedLong(bytes),
                Limits.SOCKET_BUFFER_BYTES_MIN,
                Limits.SOCKET_BUFFER_BYTES_MAX,
                problems);
    }

    private static void keepAlive(KeepAlive keepAlive, Problems problems) {
        seconds(keepAlive.hasIdle(), keepAlive.getIdle(), problems.at("idle"));
        seconds(keepAlive.hasInterval(), keepAlive.getInterval(), problems.at("interval"));
        Checks.range(
                keepAlive.hasCount(),
                keepAlive.getCount(),
                1,
                Limits.KEEP_ALIVE_COUNT_MAX,
                problems.at("count"));
        boolean off = keepAlive.hasEnabled() && !keepAlive.getEnabled();
        if (off && (keepAlive.hasIdle() || keepAlive.hasInterval() || keepAlive.hasCount())) {
            problems.reject(
                    "NOT_ALLOWED",
                    "is off: its times say nothing",
                    "leave out idle, interval and count");
        }
    }

    private static void seconds(boolean given, Duration duration, Problems problems) {
        Checks.duration(given, duration, SECOND_NANOS, problems);
        if (!given) {
            return;
        }
        if (duration.getSeconds() > Limits.KEEP_ALIVE_SECONDS_MAX) {
            problems.reject(
                    "OUT_OF_RANGE",
                    DurationText.format(duration)
                            + " is more than "
                            + Limits.KEEP_ALIVE_SECONDS_MAX
                            + "s");
        } else if (duration.getNanos() != 0 && duration.getSeconds() > 0) {
            problems.reject("OUT_OF_RANGE", "the kernel takes whole seconds");
        }
    }
}
