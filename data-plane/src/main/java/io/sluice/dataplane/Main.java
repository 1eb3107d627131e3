package io.sluice.dataplane;

import io.sluice.dataplane.net.Transport;
import io.sluice.proto.DurationText;
import io.sluice.proto.HostPort;
import io.sluice.proto.IpText;
import io.sluice.proto.Limits;
import io.sluice.proto.SizeText;
import io.sluice.proto.options.ProgramOptions;
import io.sluice.proto.options.StartFailure;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

/** The program {@code sluice-node}: its flags, and its life from start to signal. */
@Command(
        name = "sluice-node",
        mixinStandardHelpOptions = true,
        description = "A node: proxies what the control plane tells it to.")
final class Main implements Callable<Integer> {
    private static final int ADMIN_PORT = 7080;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "YAML file whose keys are the names of these flags.")
    @SuppressWarnings("UnusedVariable") // read before picocli parses, by ProgramOptions
    private @Nullable Path config;

    @Option(
            names = "--control-plane",
            paramLabel = "HOST:PORT",
            split = ",",
            description = "The control plane's gRPC address; repeatable, tried in order. Required.")
    private List<String> controlPlanes = new ArrayList<>();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Unique in the fleet. Default: the host's name.")
    private @Nullable String name;

    @Option(
            names = "--label",
            paramLabel = "KEY=VALUE",
            split = ",",
            description = "What node selectors look at; repeatable.")
    private Map<String, String> labels = new LinkedHashMap<>();

    @Option(
            names = "--admin",
            paramLabel = "HOST:PORT",
            description =
                    "The admin door. Default: port 7080 of --bind if that is loopback, else of"
                            + " 127.0.0.1.")
    private @Nullable String admin;

    @Option(names = "--insecure", description = "Allow an admin address that is not loopback.")
    private boolean insecure;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description =
                    "Where the last good snapshot lies. Default:"
                            + " $XDG_STATE_HOME/sluice/nodes/NAME.")
    private @Nullable Path dataDir;

    @Option(
            names = "--event-loops",
            paramLabel = "N",
            description = "Threads of the data path. Default: the cores.")
    private @Nullable Integer eventLoops;

    @Option(
            names = "--transport",
            paramLabel = "auto|epoll|io_uring|nio",
            defaultValue = "auto",
            description =
                    "How the loops talk to the kernel; one that does not work here falls back to"
                        + " the next. auto is epoll on Linux, which alone passes long bodies and"
                        + " streams on within the kernel.")
    private String transport = "auto";

    @Option(
            names = "--drain-delay",
            paramLabel = "DURATION",
            defaultValue = "0s",
            description = "From not ready to accepting no more.")
    private String drainDelay = "0s";

    @Option(
            names = "--drain-time",
            paramLabel = "DURATION",
            defaultValue = "30s",
            description = "For what is in flight; then the rest is cut.")
    private String drainTime = "30s";

    @Option(
            names = "--access-log",
            paramLabel = "off|stdout|FILE",
            defaultValue = "off",
            description = "JSON lines; a file is opened again on SIGHUP.")
    private String accessLog = "off";

    @Option(
            names = "--access-log-size",
            paramLabel = "SIZE",
            defaultValue = "256MiB",
            description = "From this size on a new file begins.")
    private String accessLogSize = "256MiB";

    @Option(
            names = "--access-log-files",
            paramLabel = "N",
            defaultValue = "4",
            description = "Old access log files that are kept.")
    private int accessLogFiles = 4;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            description = "Local address that replaces the wildcard in listeners' addresses.")
    private @Nullable String bind;

    @Option(
            names = "--connections-max",
            paramLabel = "N",
            defaultValue = "500000",
            description = "Client connections open at once on the node.")
    private int connectionsMax = 500_000;

    @Option(
            names = "--ready-file",
            paramLabel = "FILE",
            description = "JSON with the addresses, once bound.")
    private @Nullable Path readyFile;

    /** Runs until a signal ends it. */
    public static void main(String[] arguments) {
        if (arguments.length == 2 && arguments[0].equals("--train")) {
            System.exit(Training.run(Path.of(arguments[1])));
        }
        System.exit(ProgramOptions.run(new Main(), "SLUICE_NODE", arguments));
    }

    @Override
    public Integer call() {
        Node node = new Node(options());
        NodeSignals signals = NodeSignals.install(node);
        node.start();
        return signals.awaitEnd();
    }

    /** What the flags say; every wrong one is wrong usage. */
    NodeOptions options() {
        String nodeName = name == null ? hostName() : name;
        if (!nodeName.matches("[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?")) {
            throw usage(
                    "--name \""
                            + nodeName
                            + "\" is not of the form [a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?");
        }
        if (controlPlanes.isEmpty()) {
            throw usage("--control-plane HOST:PORT is required");
        }
        if (labels.size() > Limits.SMALL_LABELS_MAX) {
            throw usage("--label: at most " + Limits.SMALL_LABELS_MAX + " labels");
        }
        InetAddress bindAddress = bind == null ? null : address("--bind", bind);
        int loops = eventLoops == null ? Runtime.getRuntime().availableProcessors() : eventLoops;
        if (loops < 1 || loops > 1024) {
            throw usage("--event-loops must be 1 to 1024");
        }
        if (connectionsMax < 1 || accessLogFiles < 0 || accessLogFiles > 1000) {
            throw usage("--connections-max must be at least 1, --access-log-files 0 to 1000");
        }
        return new NodeOptions(
                controlPlanes.stream().map(text -> hostPort("--control-plane", text)).toList(),
                nodeName,
                labels,
                adminAddress(bindAddress),
                dataDir == null
                        ? ProgramOptions.stateHome().resolve("nodes").resolve(nodeName)
                        : dataDir,
                loops,
                transport(),
                duration("--drain-delay", drainDelay),
                duration("--drain-time", drainTime),
                accessLog,
                SizeText.parseBytes(accessLogSize)
                        .orElseThrow(
                                () ->
                                        usage(
                                                "--access-log-size \""
                                                        + accessLogSize
                                                        + "\" is no size, such as 64MiB")),
                accessLogFiles,
                bindAddress,
                connectionsMax,
                readyFile);
    }

    private HostPort adminAddress(@Nullable InetAddress bindAddress) {
        HostPort address =
                admin != null
                        ? hostPort("--admin", admin)
                        : bindAddress != null && bindAddress.isLoopbackAddress()
                                ? new HostPort(bindAddress.getHostAddress(), ADMIN_PORT)
                                : new HostPort("127.0.0.1", ADMIN_PORT);
        if (!address.isLoopback() && !insecure) {
            throw usage(
                    "--admin "
                            + address
                            + " is not loopback and there is no access control yet; add --insecure"
                            + " to allow that");
        }
        return address;
    }

    private Transport transport() {
        for (Transport known : Transport.values()) {
            if (known.text().equals(transport.toLowerCase(Locale.ROOT))) {
                return known;
            }
        }
        throw usage("--transport \"" + transport + "\" is not one of auto, epoll, io_uring, nio");
    }

    private HostPort hostPort(String flag, String text) {
        return HostPort.parse(text)
                .orElseThrow(() -> usage(flag + " \"" + text + "\" is not HOST:PORT"));
    }

    private Duration duration(String flag, String text) {
        return DurationText.parseJava(text)
                .orElseThrow(
                        () ->
                                usage(
                                        flag
                                                + " \""
                                                + text
                                                + "\" is no duration, such as 500ms, 30s or 5m"));
    }

    private InetAddress address(String flag, String text) {
        byte[] bytes = IpText.parse(text);
        if (bytes == null) {
            throw usage(flag + " \"" + text + "\" is no IP address");
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
        } catch (UnknownHostException e) {
            throw new StartFailure("the host has no name; give one with --name", e);
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
