package io.sluice.it.l4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.sluice.it.harness.Await;
import io.sluice.it.harness.Ctl;
import io.sluice.it.harness.Daemon;
import io.sluice.it.harness.NodeProcess;
import io.sluice.it.harness.Program;
import io.sluice.it.harness.RawClient;
import io.sluice.it.harness.ScriptedUpstream;
import io.sluice.it.harness.TestFleet;
import io.sluice.it.tls.TestAuthority;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;

/** The examples of TCP as they are shipped, but for their addresses, in front of real programs. */
final class ExamplesIT {
    private static final int PASSIVE_PORTS = 4;

    /** Where the node has the ports that the server has at another address. */
    private static final String NODE = "127.0.0.2";

    private static TestFleet fleet;
    private static Path directory;

    @BeforeAll
    static void start(@TempDir Path temporary) throws Exception {
        directory = temporary;
        fleet = new TestFleet(temporary, 1);
        // Of examples/tls.yaml, which says how to make one.
        fleet.apply(
                TestAuthority.resource(
                        "shop", new TestAuthority().issue(Algorithm.ecp256, "shop.example")));
    }

    @AfterAll
    static void stop() throws IOException {
        fleet.close();
    }

    /** An example with other addresses, in pairs of what it says and what it shall say. */
    static String example(String name, String... addresses) throws IOException {
        String text = Files.readString(Program.home().resolve("examples").resolve(name));
        for (int i = 0; i < addresses.length; i += 2) {
            assertThat(text).contains(addresses[i]);
            text = text.replace(addresses[i], addresses[i + 1]);
        }
        return text;
    }

    static List<Path> examples() throws IOException {
        try (Stream<Path> files = Files.list(Program.home().resolve("examples"))) {
            return files.sorted().toList();
        }
    }

    /** All there are, as they are: none is forgotten, none has gone stale. */
    @ParameterizedTest
    @MethodSource("examples")
    void mayBeApplied(Path example) {
        assertThat(example.toString()).endsWith(".yaml");
        Ctl.Result checked = fleet.ctl().run("apply", "--dry-run", "-f", example.toString());
        assertThat(checked.exit()).as(checked.err()).isZero();
    }

    @Test
    void tuning() throws Exception {
        assumeNative();
        try (var upstream = new ScriptedUpstream(ExamplesIT::echo)) {
            Ctl.Result applied =
                    fleet.apply(
                            example(
                                    "tuning.yaml",
                                    "congestionControl: cubic",
                                    "congestionControl: " + allowedCongestionControl(),
                                    "0.0.0.0:9800",
                                    "127.0.0.1:0",
                                    "127.0.0.1:9801",
                                    upstream.address()));
            assertThat(applied.exit()).as(applied.err()).isZero();
            try (var client = new RawClient(fleet.node(1).listener("bulk"))) {
                assertThat(client.send("hello\n").readUntil("\n")).isEqualTo("hello\n");
            }
        }
    }

    /** Where nodes may not do so, the change says why and nothing happens. */
    @Test
    void transparent(@TempDir Path own) throws Exception {
        assumeNative();
        String yaml = example("transparent.yaml", "0.0.0.0:9700", "127.0.0.1:0");
        // One that refuses a change refuses what comes after it as well.
        try (var another = new TestFleet(own, 1)) {
            Ctl.Result applied = another.ctl().apply(yaml, "--nodes", "1");
            if (mayUseAddressesOfOthers()) {
                assertThat(applied.exit()).as(applied.err()).isZero();
                assertThat(another.node(1).listener("front")).isNotNull();
            } else {
                assertThat(applied.exit()).isEqualTo(4);
                assertThat(applied.err()).contains("cluster behind: transparent", "CAP_NET_ADMIN");
            }
        }
    }

    private static void assumeNative() {
        assumeThat(NodeProcess.transport()).as("what NIO cannot set").isNotEqualTo("nio");
    }

    /** One that programs without privileges may choose here. */
    private static String allowedCongestionControl() throws IOException {
        Path allowed = Path.of("/proc/sys/net/ipv4/tcp_allowed_congestion_control");
        return Files.readString(allowed).strip().split(" ", 2)[0];
    }

    private static boolean mayUseAddressesOfOthers() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            String effective =
                    lines.filter(line -> line.startsWith("CapEff:")).findFirst().orElseThrow();
            // CAP_NET_ADMIN is the 12th.
            return (Long.parseUnsignedLong(effective.substring(7).strip(), 16) & 1 << 12) != 0;
        }
    }

    private static void echo(Socket connection) throws IOException {
        connection.getInputStream().transferTo(connection.getOutputStream());
    }

    @Test
    void postgres() throws Exception {
        try (EmbeddedPostgres server =
                EmbeddedPostgres.builder().setPGStartupWait(Await.DEADLINE).start()) {
            fleet.apply(
                    example(
                            "postgres.yaml",
                            "0.0.0.0:5432",
                            "127.0.0.1:0",
                            "127.0.0.1:5433",
                            "127.0.0.1:" + server.getPort()));
            InetSocketAddress address = fleet.node(1).listener("postgres");
            String url =
                    "jdbc:postgresql://127.0.0.1:%d/postgres?user=postgres"
                            .formatted(address.getPort());
            try (Connection connection = DriverManager.getConnection(url);
                    Statement statement = connection.createStatement()) {
                statement.execute("create table hits (page text, count int)");
                statement.execute("insert into hits values ('/', 7)");
                try (ResultSet found =
                        statement.executeQuery(
                                "select sum(count), length(repeat('x', 1000000)) from hits")) {
                    assertThat(found.next()).isTrue();
                    assertThat(found.getInt(1)).isEqualTo(7);
                    assertThat(found.getInt(2)).isEqualTo(1_000_000);
                }
            }
        }
    }

    @Test
    void redis() throws Exception {
        String program = Daemon.find("redis-server", "redis-server");
        String cli = Daemon.find("redis-cli", "redis-tools");
        int first = Daemon.unusedPort();
        int second = Daemon.unusedPort();
        try (Daemon one = redis(program, first);
                Daemon two = redis(program, second)) {
            one.listensOn(first);
            two.listensOn(second);
            fleet.apply(
                    example(
                            "redis.yaml",
                            "0.0.0.0:6379",
                            "127.0.0.1:0",
                            "127.0.0.1:6380",
                            "127.0.0.1:" + first,
                            "127.0.0.1:6381",
                            "127.0.0.1:" + second));
            String port = Integer.toString(fleet.node(1).listener("redis").getPort());
            assertThat(Daemon.run(cli, "-p", port, "set", "hits", "7")).isEqualTo("OK\n");
            // Always the server that has it.
            for (int i = 8; i < 12; i++) {
                assertThat(Daemon.run(cli, "-p", port, "incr", "hits")).isEqualTo(i + "\n");
            }
        }
    }

    private static Daemon redis(String program, int port) throws IOException {
        String number = Integer.toString(port);
        return Daemon.start(
                directory.resolve("redis-" + number + ".log"),
                program,
                "--port",
                number,
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--dir",
                directory.toString());
    }

    @Test
    void ftpInPassiveMode() throws Exception {
        String program = Daemon.find("vsftpd", "vsftpd");
        assumeThat(Path.of("/etc/passwd")).content().contains("\nftp:");
        Path home = Files.createDirectory(directory.resolve("ftp"));
        int control = Daemon.unusedPorts(1 + PASSIVE_PORTS, "127.0.0.1", NODE);
        try (Daemon server =
                Daemon.start(
                        directory.resolve("vsftpd.out"),
                        program,
                        vsftpdConfig(home, control).toString())) {
            server.listensOn(control);
            fleet.apply(
                    example(
                            "ftp.yaml",
                            "0.0.0.0:21",
                            NODE + ":" + control,
                            "\"30000-30099\"",
                            "\"%d-%d\"".formatted(control + 1, control + PASSIVE_PORTS),
                            "10.0.0.21:21",
                            "127.0.0.1:" + control));
            InetSocketAddress address = fleet.node(1).listener("ftp");
            assertThat(address).isEqualTo(new InetSocketAddress(NODE, control));
            try (var client = new RawClient(address)) {
                client.readUntil("220 ");
                client.send("USER anonymous\r\n").readUntil("230 ");
                // The node's address, as IPv4 clients are told it, and any, as IPv6 taught them.
                String passive = client.send("PASV\r\n").readUntil(").");
                assertThat(passive).contains("227 ", "(" + NODE.replace('.', ',') + ",");
                String[] numbers = passive.substring(passive.indexOf('(') + 1).split("[,)]", -1);
                int port = Integer.parseInt(numbers[4]) * 256 + Integer.parseInt(numbers[5]);
                assertThat(retrieve(client, port)).isEqualTo("hello\n");
                String extended = client.send("EPSV\r\n").readUntil("|)");
                assertThat(extended).contains("229 ");
                port = Integer.parseInt(extended.split("\\|", -1)[3]);
                assertThat(retrieve(client, port)).isEqualTo("hello\n");
                assertThat(client.send("QUIT\r\n").readAll()).contains("221 ");
            }
        }
    }

    private static String retrieve(RawClient client, int port) throws IOException {
        try (var data = new RawClient(new InetSocketAddress(NODE, port))) {
            client.send("RETR file.txt\r\n").readUntil("150 ");
            String all = data.readAll();
            client.readUntil("226 ");
            return all;
        }
    }

    private static Path vsftpdConfig(Path home, int control) throws IOException {
        Path files = Files.createDirectory(home.resolve("files"));
        Files.writeString(files.resolve("file.txt"), "hello\n");
        return Files.writeString(
                home.resolve("vsftpd.conf"),
                """
                listen=YES
                listen_address=127.0.0.1
                listen_port=%d
                background=NO
                run_as_launching_user=YES
                seccomp_sandbox=NO
                xferlog_enable=NO
                anonymous_enable=YES
                no_anon_password=YES
                anon_root=%s
                secure_chroot_dir=%s
                pasv_address=%s
                pasv_min_port=%d
                pasv_max_port=%d
                pasv_promiscuous=YES
                """
                        .formatted(
                                control,
                                files,
                                Files.createDirectory(home.resolve("empty")),
                                NODE,
                                control + 1,
                                control + PASSIVE_PORTS));
    }

    @Test
    void imap() throws Exception {
        String program = Daemon.find("dovecot", "dovecot-imapd");
        assumeThat(System.getProperty("user.name")).as("dovecot starts as root").isEqualTo("root");
        assumeThat(Path.of("/usr/lib/dovecot/imap-login"))
                .as("IMAP is not installed (Debian: dovecot-imapd)")
                .exists();
        int port = Daemon.unusedPort();
        Path home = Files.createDirectory(directory.resolve("dovecot"));
        try (Daemon server =
                Daemon.start(
                        directory.resolve("dovecot.out"),
                        program,
                        "-F",
                        "-c",
                        dovecotConfig(home, port).toString())) {
            server.listensOn(port);
            fleet.apply(
                    example(
                            "imap.yaml",
                            "0.0.0.0:143",
                            "127.0.0.1:0",
                            "127.0.0.1:1143",
                            "127.0.0.1:" + port,
                            "    - { address: 127.0.0.1:1144 }\n",
                            ""));
            // Not the address that the node's connections come from.
            InetAddress local = InetAddress.ofLiteral("127.0.0.7");
            try (var client = new RawClient(fleet.node(1).listener("imap"), local)) {
                assertThat(client.readUntil("\r\n")).startsWith("* OK");
                client.send("a login ada secret\r\n").readUntil("a OK");
                client.send("b append INBOX {5}\r\n").readUntil("+ OK");
                client.send("hello\r\n").readUntil("b OK");
                assertThat(client.send("c select INBOX\r\n").readUntil("c OK"))
                        .contains("* 1 EXISTS");
                assertThat(client.send("d fetch 1 body[]\r\n").readUntil("d OK")).contains("hello");
                // A process of its own writes it.
                Await.until(
                        "the login in the log",
                        () -> Files.readString(home.resolve("log")),
                        log -> log.contains("user=<ada>") && log.contains("rip=127.0.0.7"));
                assertThat(client.send("e logout\r\n").readAll()).contains("e OK");
            }
        }
    }

    private static Path dovecotConfig(Path home, int port) throws IOException {
        // It reads mail as somebody who is not root, and may go through here.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path mail = Files.createDirectory(home.resolve("mail"));
        Files.setPosixFilePermissions(mail, PosixFilePermissions.fromString("rwxrwxrwx"));
        return Files.writeString(
                home.resolve("dovecot.conf"),
                """
                base_dir = %1$s/run
                state_dir = %1$s/state
                log_path = %1$s/log
                protocols = imap
                listen = 127.0.0.1
                ssl = no
                disable_plaintext_auth = no
                haproxy_trusted_networks = 127.0.0.0/8
                mail_location = maildir:%1$s/mail/%%u
                passdb {
                  driver = static
                  args = password=secret
                }
                userdb {
                  driver = static
                  args = uid=nobody gid=nogroup home=%1$s/mail/%%u
                }
                service imap-login {
                  inet_listener imap {
                    port = %2$d
                    haproxy = yes
                  }
                  inet_listener imaps {
                    port = 0
                  }
                }
                """
                        .formatted(home, port));
    }
}
