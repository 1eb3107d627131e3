package io.sluice.it.l4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sluice.it.harness.Daemon;
import io.sluice.it.harness.Program;
import io.sluice.it.harness.RawClient;
import io.sluice.it.harness.TestFleet;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;

/** The examples of TCP as they are shipped, but for their addresses, in front of real programs. */
final class ExamplesIT {
    private static TestFleet fleet;
    private static Path directory;

    @BeforeAll
    static void start(@TempDir Path temporary) {
        directory = temporary;
        fleet = new TestFleet(temporary, 1);
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

    @Test
    void postgres() throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.builder().start()) {
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
                assertThat(Files.readString(home.resolve("log")))
                        .contains("user=<ada>", "rip=127.0.0.7");
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
