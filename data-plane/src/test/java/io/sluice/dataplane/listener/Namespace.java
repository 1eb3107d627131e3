package io.sluice.dataplane.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sluice.dataplane.net.Transport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Runs programs in a network of their own, for which the system has to allow namespaces. */
final class Namespace {
    private static final long SECONDS_MAX = 240;
    private static final Path PORT_RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    private static final int FIRST_PORT = 40_000;

    private static final String BEGIN =
            """
            dir=$(mktemp -d)
            # What runs in the background ends with this, by itself.
            trap 'trap "" TERM; kill 0; rm -r $dir' EXIT
            ip link set lo up
            """;

    /**
     * Begins a script with two more networks, whose only ways lead here, with an MTU of 1500 bytes:
     * {@code $in_client} before a command runs it at 10.7.1.2 and fd07:1::2, which are behind c0,
     * 10.7.1.1 and fd07:1::1; {@code $in_server} likewise, with 2 and s0.
     */
    static final String BETWEEN_CLIENT_AND_SERVER =
            """
            unshare -n sleep 300 & client=$!
            unshare -n sleep 300 & server=$!
            in_client="nsenter -t $client -n"
            in_server="nsenter -t $server -n"
            # The networks are there once they are others than this one.
            for of in $client $server; do
              until [ "$(readlink /proc/$of/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do :; done
            done
            ip link add c0 type veth peer name eth0 netns $client
            ip link add s0 type veth peer name eth0 netns $server
            for of in $client:1:c0 $server:2:s0; do
              pid=${of%%:*}; rest=${of#*:}; net=${rest%%:*}; here=${rest##*:}
              in="nsenter -t $pid -n"
              ip addr add 10.7.$net.1/24 dev $here && ip link set $here mtu 1500 up
              ip addr add fd07:$net::1/64 dev $here nodad
              $in ip link set lo up
              $in ip addr add 10.7.$net.2/24 dev eth0
              $in ip addr add fd07:$net::2/64 dev eth0 nodad
              $in ip link set eth0 mtu 1500 up
              $in ip route add default via 10.7.$net.1
            done
            """;

    private Namespace() {}

    /** Skips the test, visibly, where that cannot be. */
    static void assumeThere() throws Exception {
        assumeRuns("ip link set lo up", "network namespaces may be made here (unshare -rn, ip)");
    }

    /** The same where a command cannot be run in one. */
    static void assumeRuns(String command, String what) throws Exception {
        int exit;
        try {
            exit = new ProcessBuilder("unshare", "-rn", "sh", "-c", command).start().waitFor();
        } catch (IOException e) {
            exit = -1;
        }
        assumeThat(exit).as(what + ": exit code").isZero();
    }

    /**
     * Runs a class of the tests alone in a network of its own, as its root.
     *
     * @return what it printed
     */
    static String run(Class<?> program, Transport transport, String... arguments) throws Exception {
        var command = new StringBuilder("$PROGRAM $TRANSPORT");
        for (String argument : arguments) {
            command.append(" '").append(argument).append('\'');
        }
        return script(program, transport, command.toString());
    }

    /**
     * Runs a shell script in such a network. {@code $PROGRAM} runs the class, {@code $TRANSPORT} is
     * the transport, {@code $dir} an empty directory. Whatever the script leaves behind is ended
     * with it, and all of it when its time is over.
     *
     * @return what it printed
     */
    static String script(Class<?> program, Transport transport, String script) throws Exception {
        Path printed = Files.createTempFile("namespace", ".log");
        try {
            // A session of its own has a process group, which ends as one.
            var builder =
                    new ProcessBuilder("setsid", "unshare", "-rnm", "sh", "-euc", BEGIN + script)
                            .redirectErrorStream(true)
                            .redirectOutput(printed.toFile());
            builder.environment().put("PROGRAM", java() + " " + program.getName());
            builder.environment().put("TRANSPORT", transport.name());
            Process process = builder.start();
            boolean ended;
            try {
                ended = process.waitFor(SECONDS_MAX, TimeUnit.SECONDS);
            } finally {
                new ProcessBuilder("kill", "-KILL", "--", "-" + process.pid()).start().waitFor();
            }
            String output = Files.readString(printed);
            assertThat(ended).as("ended in time; it printed: " + output).isTrue();
            assertThat(process.exitValue()).as(output).isZero();
            return output;
        } finally {
            Files.delete(printed);
        }
    }

    /** Leaves the network that this runs in few local ports: so many. */
    static void leavePorts(int ports) throws IOException {
        Files.writeString(PORT_RANGE, FIRST_PORT + " " + (FIRST_PORT + ports - 1));
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java")
                + " --enable-native-access=ALL-UNNAMED -cp "
                + System.getProperty("java.class.path");
    }
}
