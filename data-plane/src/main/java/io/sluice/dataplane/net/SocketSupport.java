package io.sluice.dataplane.net;

import io.netty.channel.ChannelException;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.Errors;
import io.sluice.proto.Problem;
import io.sluice.proto.Problems;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Says which socket options this node's transport and kernel have not, before anything depends on
 * them. Safe from any thread; asks the kernel, so not for event loops.
 */
public final class SocketSupport {
    /** The code of all its problems. */
    public static final String CODE = "NOT_ON_THIS_NODE";

    private static final Logger log = LoggerFactory.getLogger(SocketSupport.class);
    private static final Path IPV4_SETTINGS = Path.of("/proc/sys/net/ipv4");
    private static final int EPERM = -1;
    private static final int FAST_OPEN_CLIENT = 1;
    private static final int FAST_OPEN_SERVER = 2;

    private final EventLoops loops;

    /** Of the node that has these loops. */
    public SocketSupport(EventLoops loops) {
        this.loops = loops;
    }

    /** Reports what a socket cannot have here, each by its field. */
    public void check(SocketSpec spec, Problems problems) {
        if (loops.transport() == Transport.NIO) {
            checkNio(spec, problems);
            return;
        }
        if (!spec.congestionControl().isEmpty()) {
            checkCongestionControl(spec.congestionControl(), problems.at("congestionControl"));
        }
        checkFastOpen(spec);
    }

    /** The same of how a cluster's connections are made; the problems are at the cluster. */
    public void check(UpstreamSocketSpec spec, Problems problems) {
        check(spec.socket(), problems.at("socket"));
        checkTransparent(spec, problems);
    }

    private void checkTransparent(UpstreamSocketSpec spec, Problems problems) {
        if (!spec.transparent()) {
            return;
        }
        if (loops.transport() == Transport.NIO) {
            refuseOnNio(true, problems.at("transparent"));
            return;
        }
        int error = trying(SocketTuning::transparent);
        if (error != 0) {
            problems.at("transparent")
                    .reject(
                            CODE,
                            error == EPERM
                                    ? "this node may not use others' addresses: it has no"
                                            + " CAP_NET_ADMIN"
                                    : "this node's kernel has no IP_TRANSPARENT (error "
                                            + -error
                                            + ")",
                            "give it the capability (systemd: AmbientCapabilities=CAP_NET_ADMIN),"
                                    + " or tell endpoints the client by proxyProtocol");
        }
    }

    /**
     * What of it can be had here; the rest is left out, and a warning. For a node that served it
     * before, and whose kernel or transport has become another one.
     */
    public SocketSpec available(SocketSpec spec, Problems problems) {
        Problems missing = Problems.collect();
        check(spec, missing);
        warn(missing, problems);
        // NIO passes over all others by itself.
        return missing.hasErrors() ? spec.withoutCongestionControl() : spec;
    }

    /**
     * The same of how a cluster's connections are made. One that may not be transparent any more
     * stays so, and has no connections: endpoints may let in whom they know by the address.
     */
    public UpstreamSocketSpec available(UpstreamSocketSpec spec, Problems problems) {
        Problems missing = Problems.collect();
        checkTransparent(spec, missing);
        warn(missing, problems);
        return new UpstreamSocketSpec(
                available(spec.socket(), problems.at("socket")),
                spec.sources(),
                spec.transparent(),
                spec.coalescing());
    }

    private static void warn(Problems missing, Problems problems) {
        for (Problem problem : missing.errors()) {
            problems.at(problem.field()).warn(CODE, problem.message(), problem.hint());
        }
    }

    private static void checkNio(SocketSpec spec, Problems problems) {
        refuseOnNio(spec.userTimeoutMillis() > 0, problems.at("userTimeout"));
        refuseOnNio(spec.fastOpenQueue() > 0, problems.at("fastOpenQueue"));
        refuseOnNio(spec.fastOpen(), problems.at("fastOpen"));
        refuseOnNio(!spec.congestionControl().isEmpty(), problems.at("congestionControl"));
    }

    private static void refuseOnNio(boolean wanted, Problems problems) {
        if (wanted) {
            problems.reject(
                    CODE,
                    "cannot be set with NIO, which this node uses",
                    "leave it out, or start the node with --transport epoll");
        }
    }

    private void checkCongestionControl(String name, Problems problems) {
        int error = trying(channel -> SocketTuning.setCongestionControl(channel.config(), name));
        if (error == 0) {
            return;
        }
        if (error == EPERM) {
            problems.reject(
                    CODE,
                    "this node may not use \""
                            + name
                            + "\", only "
                            + setting("tcp_allowed_congestion_control"),
                    "add it to net.ipv4.tcp_allowed_congestion_control there, or give the node"
                            + " CAP_NET_ADMIN");
            return;
        }
        problems.reject(
                CODE,
                "this node's kernel has no \""
                        + name
                        + "\", only "
                        + setting("tcp_available_congestion_control"),
                "load its module there (modprobe tcp_" + name + ")");
    }

    // The error that the kernel has for it, negative; 0 for none.
    private int trying(Consumer<SocketChannel> setting) {
        SocketChannel channel =
                loops.newChannel(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        try {
            setting.accept(channel);
            return 0;
        } catch (ChannelException e) {
            return e.getCause() instanceof Errors.NativeIoException error
                    ? error.expectedErr()
                    : Integer.MIN_VALUE;
        } finally {
            channel.unsafe().closeForcibly();
        }
    }

    // Not refused: connections are the same without.
    private static void checkFastOpen(SocketSpec spec) {
        int wanted =
                (spec.fastOpen() ? FAST_OPEN_CLIENT : 0)
                        | (spec.fastOpenQueue() > 0 ? FAST_OPEN_SERVER : 0);
        String setting = setting("tcp_fastopen");
        if (wanted != 0 && setting.matches("\\d+") && (Integer.parseInt(setting) & wanted) == 0) {
            log.warn(
                    "event=fast-open-off problem=\"net.ipv4.tcp_fastopen is {}: connections begin"
                            + " without data unless {} is in it\"",
                    setting,
                    wanted);
        }
    }

    private static String setting(String name) {
        try {
            return Files.readString(IPV4_SETTINGS.resolve(name)).strip();
        } catch (IOException e) {
            return "those that it does not tell (" + e + ")";
        }
    }
}
