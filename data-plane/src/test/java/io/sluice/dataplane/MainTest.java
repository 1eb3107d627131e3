package io.sluice.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.dataplane.net.Transport;
import io.sluice.proto.HostPort;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

import java.nio.file.Path;
import java.time.Duration;

class MainTest {
    @Test
    void needsOnlyTheControlPlane() {
        NodeOptions options = parse("--control-plane", "cp:7071", "--name", "n1");
        assertThat(options.controlPlanes()).containsExactly(new HostPort("cp", 7071));
        assertThat(options.admin()).isEqualTo(new HostPort("127.0.0.1", 7080));
        assertThat(options.dataDir().toString()).endsWith("sluice/nodes/n1");
        assertThat(options.drainTime()).isEqualTo(Duration.ofSeconds(30));
        assertThat(options.drainDelay()).isEqualTo(Duration.ZERO);
        assertThat(options.transport()).isEqualTo(Transport.AUTO);
        assertThat(options.accessLog()).isEqualTo("off");
        assertThat(options.eventLoops()).isPositive();
    }

    @Test
    void takesEveryFlag() {
        NodeOptions options =
                parse(
                        "--control-plane=a:1,b:2 --control-plane=c:3 --name=n.1 --label=zone=a"
                            + " --label=rack=7 --bind=127.0.0.2 --data-dir=/tmp/x --event-loops=3"
                            + " --transport=NIO --drain-delay=500ms --drain-time=1m"
                            + " --access-log=/tmp/a.log --access-log-size=1MiB --access-log-files=2"
                            + " --connections-max=9 --ready-file=/tmp/r");
        assertThat(options.controlPlanes()).extracting(HostPort::port).containsExactly(1, 2, 3);
        assertThat(options.labels()).containsEntry("zone", "a").containsEntry("rack", "7");
        assertThat(options.admin()).isEqualTo(new HostPort("127.0.0.2", 7080));
        assertThat(options.bind()).hasToString("/127.0.0.2");
        assertThat(options.dataDir()).isEqualTo(Path.of("/tmp/x"));
        assertThat(options.eventLoops()).isEqualTo(3);
        assertThat(options.transport()).isEqualTo(Transport.NIO);
        assertThat(options.drainDelay()).isEqualTo(Duration.ofMillis(500));
        assertThat(options.drainTime()).isEqualTo(Duration.ofMinutes(1));
        assertThat(options.accessLogBytesMax()).isEqualTo(1024 * 1024);
        assertThat(options.connectionsMax()).isEqualTo(9);
        assertThat(options.readyFile()).isEqualTo(Path.of("/tmp/r"));
    }

    @Test
    void anAdminAddressBeyondLoopbackMustBeAskedFor() {
        assertThat(parse("--control-plane=a:1 --name=n --admin=0.0.0.0:7080 --insecure").admin())
                .isEqualTo(new HostPort("0.0.0.0", 7080));
        assertThat(parse("--control-plane=a:1 --name=n --bind=10.0.0.1").admin())
                .isEqualTo(new HostPort("127.0.0.1", 7080));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--name=n | --control-plane HOST:PORT is required",
                "--control-plane=a --name=n | --control-plane \"a\" is not HOST:PORT",
                "--control-plane=a:1 --name=N_1 | --name \"N_1\" is not of the form",
                "--control-plane=a:1 --name=n --admin=0.0.0.0:7080 | --insecure",
                "--control-plane=a:1 --name=n --drain-time=soon | --drain-time \"soon\" is no"
                        + " duration",
                "--control-plane=a:1 --name=n --transport=tcp | --transport \"tcp\" is not one of",
                "--control-plane=a:1 --name=n --bind=localhost | --bind \"localhost\" is no IP"
                        + " address",
                "--control-plane=a:1 --name=n --access-log-size=big | is no size",
                "--control-plane=a:1 --name=n --event-loops=0 | --event-loops must be",
            })
    void saysWhatIsWrong(String arguments, String message) {
        assertThatThrownBy(() -> parse(arguments))
                .isInstanceOf(ParameterException.class)
                .hasMessageContaining(message);
    }

    private static NodeOptions parse(String... arguments) {
        Main main = new Main();
        new CommandLine(main)
                .parseArgs(arguments.length == 1 ? arguments[0].strip().split(" +") : arguments);
        return main.options();
    }
}
